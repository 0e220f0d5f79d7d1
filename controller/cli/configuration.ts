// `dbbackup export` and `dbbackup import-config FILE`: what is configured, without any secret.
import { readFileSync } from "node:fs"
import { exportConfiguration, importConfiguration } from "../../schemas/api.ts"
import { Configuration, type ImportPlan } from "../../schemas/configuration.ts"
import { Fault } from "../core/fault.ts"
import type { Call } from "./client.ts"
import { writeSecret } from "./secret-file.ts"

/** @param out a new file; undefined: it is said */
export async function exportTo(
  call: Call,
  out: string | undefined,
  say: (line: string) => void,
): Promise<void> {
  const { data } = await call(exportConfiguration)
  const text = JSON.stringify(data, null, 2)
  if (out === undefined) return say(text)
  writeSecret(out, `${text}\n`)
  say(`${out} holds what is configured, without keys and passwords`)
}

/** Says what would change; with `yes` it is done. */
export async function importFrom(
  call: Call,
  path: string,
  yes: boolean,
  say: (line: string) => void,
): Promise<void> {
  const { data } = await call(importConfiguration, {
    body: { configuration: readConfiguration(path), dryRun: !yes },
  })
  for (const line of inLines(data)) say(line)
}

function inLines({ changes, done }: ImportPlan): readonly string[] {
  const own = changes.filter(({ action }) => action !== "by-hand")
  const byHand = changes.filter(({ action }) => action === "by-hand")
  const line = ({ what, name, detail }: ImportPlan["changes"][number]) => `  ${what} ${name}: ${detail}`
  if (changes.length === 0) return ["Everything is here as in the export."]
  return [
    ...(own.length > 0 ? [done ? "Done:" : "Would be done, with --yes:", ...own.map(line)] : []),
    ...(byHand.length > 0 ? ["Differs, and is changed by hand:", ...byHand.map(line)] : []),
  ]
}

/** As `dbbackup export` writes it, or as the API answers. */
function readConfiguration(path: string): Configuration {
  let parsed: unknown
  try {
    parsed = JSON.parse(readFileSync(path, "utf8"))
  } catch (cause) {
    throw new Fault("request-invalid", `${path} cannot be read: ${(cause as Error).message}`, {
      hint: "Name a file that dbbackup export has written.",
    })
  }
  const inner = (parsed as { data?: unknown } | null)?.data ?? parsed
  const configuration = Configuration.safeParse(inner)
  if (configuration.success) return configuration.data
  const [issue] = configuration.error.issues
  throw new Fault(
    "request-invalid",
    `${path} is no exported configuration: ${issue?.path.join(".")}: ${issue?.message}`,
    { hint: "Name a file that dbbackup export has written, of this version or an earlier one." },
  )
}
