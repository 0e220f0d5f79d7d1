// Reads what must be known of several databases before one tool can dump them together.
import type { DesiredJob } from "../core/schedule-plan.ts"
import type { ProbedDatabase, Together } from "../engines/engine.ts"
import { politely } from "../engines/polite.ts"
import { dumpBytes } from "../pipeline/dump-bytes.ts"
import type { Explain } from "../pipeline/tool.ts"
import type { Docker } from "../ports.ts"
import { deadline, tookTooLong } from "./deadline.ts"
import type { Look } from "./probe.ts"

export type Outline =
  | { readonly text: Buffer }
  /** And the database that the tool was at, if it came to one. */
  | { readonly failure: unknown; readonly at: string | undefined }

/** Never rejects. */
export async function readOutline(
  docker: Docker,
  together: Together,
  databases: readonly ProbedDatabase[],
  { look }: { readonly look: Look },
  { spec }: Pick<DesiredJob, "spec">,
  explain: Explain,
  signal: AbortSignal,
): Promise<Outline> {
  const { names, script } = together.outline(databases, look.access)
  const limit = deadline(signal, spec.timeout, () =>
    tookTooLong(`looking at ${names.length} databases`, spec.timeout, "Raise the label dbbackup.timeout."),
  )
  const start = () =>
    docker.exec({ ...look.place, ...(spec.nice ? politely(script) : script), stdin: false }, limit.signal)
  const chunks: Buffer[] = []
  try {
    for await (const chunk of dumpBytes(start, explain, limit.signal)) chunks.push(chunk)
    return { text: Buffer.concat(chunks) }
  } catch (failure) {
    return { failure, at: together.failedAt(names, Buffer.concat(chunks)) }
  } finally {
    limit.clear()
  }
}
