// `dbbackup import FILE --server SERVER --database NAME`: sends a dump that another tool made, and says what it was kept as.
import { basename } from "node:path"
import { importBackup } from "../../schemas/api.ts"
import { Fault } from "../core/fault.ts"
import { answerOf, createClient, silent } from "./client.ts"
import { serverNamed } from "./server-named.ts"
import { size } from "./table.ts"

export interface ImportChoice {
  readonly path: string
  /** A server's name or id. */
  readonly server: string
  readonly database: string
  /** When it was made; undefined: when the file was last changed. */
  readonly madeAt: string | undefined
}

/** Throws a Fault, or the refusal that says what is wrong with the file. */
export async function importFile(
  baseUrl: string,
  { path, server, database, madeAt }: ImportChoice,
  say: (line: string) => void,
): Promise<void> {
  const call = createClient(baseUrl)
  const file = Bun.file(path)
  const changed = await file.stat().then(
    (stat) => (stat.isFile() ? stat.mtime : undefined),
    () => undefined,
  )
  if (changed === undefined)
    throw new Fault("request-invalid", `${path} cannot be read`, { hint: "Name a file that is here." })
  const at = madeAt === undefined ? changed : new Date(madeAt)
  if (Number.isNaN(at.getTime()))
    throw new Fault("request-invalid", `${madeAt} is no time`, { hint: "Write it as 2026-03-01T02:00:00Z." })
  const serverId = await serverNamed(call, server)
  const url = new URL(importBackup.path, baseUrl)
  const query = { serverId, database, fileName: basename(path), madeAt: at.toISOString() }
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value)
  const { data: backup } = await answerOf(importBackup, url, await send(url, file))
  if (backup.status !== "completed") return
  const { proof } = backup
  say(
    `${path} is kept as backup ${backup.id} of ${backup.serverName}/${backup.database}: ${proof.end}, ${size(proof.rawBytes)}, stored as ${size(proof.storedBytes)}. Retention leaves it alone`,
  )
}

/** However long it takes. */
async function send(url: URL, file: Blob): Promise<Response> {
  try {
    return await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/octet-stream" },
      body: file,
    })
  } catch (cause) {
    throw silent(url, cause)
  }
}
