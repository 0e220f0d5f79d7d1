// `dbbackup orphans [DESTINATION [KEY…]] [--adopt | --clean | --mend]`: what is not accounted for at a destination, and its end.
import { adoptOrphans, cleanOrphans, getStatus, listOrphans, mendMissing } from "../../schemas/api.ts"
import type { Orphan, Orphans } from "../../schemas/orphans.ts"
import { Fault, inFull } from "../core/fault.ts"
import type { Call } from "./client.ts"
import { size, table } from "./table.ts"

interface Asked {
  readonly adopt?: boolean | undefined
  readonly clean?: boolean | undefined
  readonly mend?: boolean | undefined
  /** Returns what the person typed; null when there is nobody to ask. */
  readonly confirm: ((question: string) => Promise<string>) | null
}

type Say = (line: string) => void

/** Throws when it is not clear what is asked for, when it is not confirmed, and when something that was named is left as it was. */
export async function orphans(
  call: Call,
  [destination, ...keys]: readonly string[],
  asked: Asked,
  say: Say,
): Promise<void> {
  const { adopt, clean, mend } = asked
  const ways = [adopt, clean, mend].filter((way) => way === true).length
  if (destination === undefined) {
    if (ways > 0) throw unclear("a destination is missing")
    const { destinations } = (await call(getStatus)).data
    for (const { name } of destinations) list(await look(call, name), say)
    return
  }
  const found = await look(call, destination)
  if (ways > 1 || (ways === 0 && keys.length > 0)) throw unclear("say one of --adopt, --clean and --mend")
  if (clean) return cleaned(call, found, keys, asked, say)
  if (adopt) return adopted(call, found, keys, say)
  if (mend) return mended(call, found, keys, say)
  list(found, say)
}

const look = async (call: Call, name: string) => (await call(listOrphans, { params: { name } })).data

const unclear = (message: string) =>
  new Fault("request-invalid", message, { hint: "dbbackup --help shows how it is written." })

function list(found: Orphans, say: Say): void {
  const { destination, orphans, orphansTotal, missing, missingTotal, foreign, foreignTotal } = found
  const isEven = orphansTotal + missingTotal + foreignTotal === 0
  say(isEven ? `${destination}: what stands there and the catalogue agree` : `${destination}:`)
  if (isEven) return
  if (found.halt) say(`nothing is changed there now: ${inFull(found.halt)}`)
  const rows = [
    ...orphans.map((orphan) => [
      orphan.kind,
      newest(orphan),
      size(bytesOf(orphan)),
      orphan.waits ?? wayOut(orphan),
      orphan.key,
    ]),
    ...missing.map(({ key, lacks, elsewhere }) => [
      "missing",
      "-",
      "-",
      `${lacks} gone; ${elsewhere === 0 ? "the only copy" : "--mend"}`,
      key,
    ]),
    ...foreign.map(({ key, bytes, changedAt }) => ["foreign", changedAt, size(bytes), "left alone", key]),
  ]
  say(table(["WHAT", "CHANGED", "SIZE", "THEN", "KEY"], rows))
  const more = orphansTotal + missingTotal + foreignTotal - rows.length
  if (more > 0) say(`… and ${more} more`)
}

function wayOut({ kind, backupId }: Orphan): string {
  if (kind === "unlisted") return "--adopt"
  return backupId === null ? "not known: KEY --clean" : "--clean"
}

const bytesOf = ({ objects }: Orphan) => objects.reduce((sum, { bytes }) => sum + bytes, 0)
const newest = ({ objects }: Orphan) =>
  objects
    .map(({ changedAt }) => changedAt)
    .sort()
    .at(-1) ?? "-"

/** With keys exactly these; without, all that are known by name and old enough. */
async function cleaned(
  call: Call,
  found: Orphans,
  keys: readonly string[],
  asked: Asked,
  say: Say,
): Promise<void> {
  const due = found.orphans.filter(({ kind, key, backupId, waits }) =>
    keys.length > 0 ? keys.includes(key) : kind !== "unlisted" && backupId !== null && waits === null,
  )
  const unfound = keys.filter((key) => !due.some((orphan) => orphan.key === key))
  if (unfound.length > 0)
    throw new Fault("not-found", `there is no orphan ${unfound[0]} at ${found.destination}`)
  const objects = due.flatMap(({ objects }) => objects)
  if (objects.length === 0) return say(`nothing at ${found.destination} is to be cleaned`)
  say(`These go from ${found.destination}:`)
  for (const { key, bytes, changedAt } of objects) say(`  ${key}  ${size(bytes)}, ${changedAt}`)
  if (
    asked.confirm &&
    (await asked.confirm(`Type ${objects.length} to delete them: `)) !== String(objects.length)
  )
    throw new Fault("cancelled", "the number was not typed, nothing was done", {
      hint: "In a script, confirm with --yes.",
    })
  const known = due.filter(({ backupId }) => backupId !== null).map(({ key }) => key)
  const unknown = due.filter(({ backupId }) => backupId === null).map(({ key }) => key)
  const { data } = await call(cleanOrphans, {
    params: { name: found.destination },
    body: { keys: known, unknown },
  })
  say(`${data.removed.length} deleted, ${size(data.removed.reduce((sum, { bytes }) => sum + bytes, 0))}`)
  tell(data.left, say)
}

async function adopted(call: Call, found: Orphans, keys: readonly string[], say: Say): Promise<void> {
  const unlisted = found.orphans.filter(({ kind }) => kind === "unlisted").map(({ key }) => key)
  const wanted = keys.length > 0 ? [...keys] : unlisted
  if (wanted.length === 0) return say(`every backup at ${found.destination} is listed`)
  const { data } = await call(adoptOrphans, { params: { name: found.destination }, body: { keys: wanted } })
  say(`${data.added} backups added, ${data.copies} copies added to known backups`)
  if (data.servers.length > 0) say(`servers not known before: ${data.servers.join(", ")}`)
  tell(data.left, say)
}

async function mended(call: Call, found: Orphans, keys: readonly string[], say: Say): Promise<void> {
  const wanted = keys.length > 0 ? [...keys] : found.missing.map(({ key }) => key)
  if (wanted.length === 0) return say(`no copy is missing at ${found.destination}`)
  const { data } = await call(mendMissing, { params: { name: found.destination }, body: { keys: wanted } })
  if (data.completed.length > 0) say(`${data.completed.length} manifests written again`)
  if (data.marked.length > 0) say(`${data.marked.length} copies are made again from other destinations`)
  tell(data.left, say)
}

function tell(
  left: readonly { key: string; problem: { message: string; hint: string | null } }[],
  say: Say,
): void {
  for (const { key, problem } of left) say(`left as it was: ${key}: ${inFull(problem)}`)
  if (left.length > 0)
    throw new Fault("in-use", `${left.length} were left as they were`, { hint: "The lines above say why." })
}
