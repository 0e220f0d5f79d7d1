// The file that a person wants to be restored: one that is here and is sent, or one that stands at a destination.
import { statSync } from "node:fs"
import { basename } from "node:path"
import { addSource, getStatus, uploadSource } from "../../schemas/api.ts"
import { identitiesIn } from "../../schemas/encryption.ts"
import type { RestoreSource } from "../../schemas/restore-source.ts"
import { Fault } from "../core/fault.ts"
import { readTextFile } from "../settings/text-file.ts"
import { answerOf, type Call, silent } from "./client.ts"
import { size } from "./table.ts"

export interface FileChoice {
  /** A path that is here, or `destination:key`. */
  readonly source: string
  /** It is a path, whatever it looks like. */
  readonly isPath: boolean
  readonly identityFile?: string | undefined
}

/** Null when it names a backup. Throws a Fault, or the refusal that says what is wrong with the file. */
export async function fileNamed(
  call: Call,
  baseUrl: string,
  { source, isPath, identityFile }: FileChoice,
  say: (line: string) => void,
): Promise<{ readonly source: RestoreSource; readonly identity?: string } | null> {
  const bytes = fileBytes(source)
  if (bytes === null && isPath)
    throw new Fault("request-invalid", `${source} cannot be read`, { hint: "Name a file that is here." })
  const stored = bytes === null ? await storedAt(call, source) : null
  if (bytes === null && stored === null) return null
  const opening = identityFile === undefined ? {} : { identity: onlyIdentity(identityFile) }
  if (stored) return { source: (await call(addSource, { body: { ...stored, ...opening } })).data, ...opening }
  say(`Sending ${source}, ${size(bytes ?? 0)}`)
  return { source: await send(baseUrl, source, opening.identity), ...opening }
}

function fileBytes(path: string): number | null {
  const stat = statSync(path, { throwIfNoEntry: false })
  return stat?.isFile() ? stat.size : null
}

async function storedAt(call: Call, source: string) {
  const colon = source.indexOf(":")
  if (colon < 1) return null
  const [destination, key] = [source.slice(0, colon), source.slice(colon + 1)]
  const { data } = await call(getStatus)
  return data.destinations.some(({ name }) => name === destination) ? { destination, key } : null
}

function onlyIdentity(path: string): string {
  const text = readTextFile(path, 64 * 1024)
  const [identity, ...more] = (text === null ? null : identitiesIn(text)) ?? []
  if (identity !== undefined && more.length === 0) return identity
  throw new Fault(
    "key-missing",
    `${path} ${identity === undefined ? "holds no identity of age" : "holds several identities"}`,
    {
      hint: "Name a file with the one that opens it.",
    },
  )
}

/** As a form, read from the disk as it goes. However long it takes. */
async function send(baseUrl: string, path: string, identity: string | undefined): Promise<RestoreSource> {
  const boundary = `dbbackup-${crypto.randomUUID()}`
  const name = basename(path)
    .replaceAll('"', "%22")
    .replaceAll(/[\r\n]/g, " ")
  const part = (head: string) => `--${boundary}\r\nContent-Disposition: form-data; ${head}\r\n\r\n`
  const field = identity === undefined ? "" : `${part('name="identity"')}${identity}\r\n`
  const file = Bun.file(path)
  async function* form() {
    yield new TextEncoder().encode(`${field}${part(`name="file"; filename="${name}"`)}`)
    yield* file.stream()
    yield new TextEncoder().encode(`\r\n--${boundary}--\r\n`)
  }
  const url = new URL(uploadSource.path, baseUrl)
  const headers = { "content-type": `multipart/form-data; boundary=${boundary}` }
  try {
    const pieces = form()
    const body = new ReadableStream<Uint8Array>({
      async pull(controller) {
        const next = await pieces.next()
        if (next.done) controller.close()
        else controller.enqueue(next.value)
      },
    })
    const response = await fetch(url, { method: "POST", headers, body })
    return (await answerOf(uploadSource, url, response)).data
  } catch (error) {
    throw error instanceof TypeError || (error as { code?: unknown }).code !== undefined
      ? silent(url, error)
      : error
  }
}
