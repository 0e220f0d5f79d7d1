// Asks a restored database what a person wants to know of it, by the labels `verify.query.<name>`.
import { z } from "zod"
import type { CompletedBackup } from "../../schemas/backup.ts"
import type { Manifest } from "../../schemas/manifest.ts"
import { isYes } from "../core/drill-doubt.ts"
import { Fault } from "../core/fault.ts"
import type { Docker } from "../ports.ts"
import type { Look } from "./probe.ts"
import { runTool } from "./tool.ts"
import type { ServerOf } from "./verify-read.ts"

const mostCharacters = 100

export interface Answers {
  readonly report: readonly string[]
  /** Those that are not as they should be, in words. */
  readonly refused: readonly string[]
}

/** Throws a Fault when one cannot be run: a mistake in a label is no verdict on a backup. */
export async function askQueries(
  docker: Docker,
  { rules, access, place }: Look,
  database: string,
  queries: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<Answers> {
  const report: string[] = []
  const refused: string[] = []
  for (const [name, text] of Object.entries(queries)) {
    const outcome = await runTool(docker, place, rules.scratch.query(database, text, access), signal)
    if (outcome.code !== 0) {
      const { message } = rules.explain(`asking verify.query.${name}`, outcome, access)
      throw new Fault("label-invalid", message, {
        hint: `Correct the label verify.query.${name}: the database was restored, and the query cannot be run in it.`,
      })
    }
    const answer = outcome.stdout.trimEnd().split("\n", 1)[0]?.slice(0, mostCharacters) ?? ""
    if (isYes(outcome.stdout)) report.push(`the query ${name} answers ${answer}`)
    else refused.push(`the query ${name} answers ${answer === "" ? "nothing" : answer}`)
  }
  return { report, refused }
}

const Written = z.record(z.string(), z.string())

/** As the job's labels have them now; where the job or its server is gone, as they were when the backup was made. */
export function queriesFor(
  backup: CompletedBackup,
  { spec }: Pick<Manifest, "spec">,
  server: ServerOf,
): Readonly<Record<string, string>> {
  try {
    const job = server(backup).jobs.find(({ id }) => id === backup.jobId)
    if (job) return job.spec["verify.query"]
  } catch {
    // It is gone.
  }
  try {
    return Written.parse(JSON.parse(spec["verify.query"] ?? "{}"))
  } catch {
    return {}
  }
}
