// Reads a form with a file in it as it comes (RFC 7578): small fields first, then the file, of which nothing is kept in memory.
import { Readable } from "node:stream"
import { Fault } from "../core/fault.ts"
import { Refusal } from "./refusal.ts"

export interface UploadedFile {
  /** Fields that came before it, by name. */
  readonly fields: ReadonlyMap<string, string>
  /** As the sender calls it, without folders. It names nothing here. */
  readonly fileName: string
  /** Reaching its end means that the form ended as it should. Breaks with a Fault, `import-refused`, when it was cut. */
  readonly file: Readable
}

const longestHead = 16 * 1024
const longestField = 64 * 1024
const mostFields = 10
const longestName = 200

/** Throws a Refusal for what is no such form, or has no part `file`. */
export async function uploadedFile(
  body: AsyncIterable<Uint8Array>,
  contentType: string,
): Promise<UploadedFile> {
  const boundary = boundaryIn(contentType)
  const bytes = reader(body)
  const mark = Buffer.from(`\r\n--${boundary}`)
  await text(bytes.upTo(mark), longestHead)
  const fields = new Map<string, string>()
  for (;;) {
    if ((await bytes.next(2)) === "--")
      throw refused("the form has no part `file`", "Send the file as the part `file`.")
    const { name, fileName } = dispositionOf(await text(bytes.upTo(Buffer.from("\r\n\r\n")), longestHead))
    if (name === "file") {
      const file = Readable.from(fileOf(bytes, mark), { objectMode: false })
      return { fields, fileName: bareName(fileName), file }
    }
    if (fields.size === mostFields || fields.has(name))
      throw refused("the form has too many parts", "Send only what is asked for.")
    fields.set(name, await text(bytes.upTo(mark), longestField))
  }
}

async function* fileOf(bytes: Reader, mark: Buffer): AsyncGenerator<Buffer> {
  yield* bytes.upTo(mark)
  if ((await bytes.next(2)) !== "--")
    throw refused("the form goes on after the file", "Send the file as the last part.")
}

interface Reader {
  /** What comes before the mark, which is taken off. */
  upTo(mark: Buffer): AsyncGenerator<Buffer>
  next(length: number): Promise<string>
}

function reader(body: AsyncIterable<Uint8Array>): Reader {
  const source = body[Symbol.asyncIterator]()
  // The first boundary has no line break before it.
  let held: Buffer = Buffer.from("\r\n")
  const more = async (): Promise<void> => {
    const next = await source.next().catch((cause: unknown) => {
      throw cut(cause)
    })
    if (next.done) throw cut()
    held = Buffer.concat([held, next.value])
  }
  return {
    async *upTo(mark) {
      for (;;) {
        const at = held.indexOf(mark)
        const piece = held.subarray(0, at >= 0 ? at : Math.max(0, held.length - mark.length + 1))
        held = held.subarray(at >= 0 ? at + mark.length : piece.length)
        if (piece.length > 0) yield piece
        if (at >= 0) return
        await more()
      }
    },
    async next(length) {
      while (held.length < length) await more()
      const taken = held.toString("latin1", 0, length)
      held = held.subarray(length)
      return taken
    },
  }
}

async function text(pieces: AsyncIterable<Buffer>, mostBytes: number): Promise<string> {
  const all: Buffer[] = []
  let bytes = 0
  for await (const piece of pieces) {
    bytes += piece.length
    if (bytes > mostBytes) throw refused("a part of the form is too long", "Only the file may be long.")
    all.push(piece)
  }
  return Buffer.concat(all).toString()
}

function boundaryIn(contentType: string): string {
  const [, quoted, bare] =
    /^multipart\/form-data\s*;(?:.*;)?\s*boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))/i.exec(contentType) ?? []
  const boundary = quoted ?? bare
  if (boundary !== undefined) return boundary
  throw new Refusal({
    status: 415,
    code: "VALIDATION_ERROR",
    message: "the body is no form with a file",
    hint: "Send multipart/form-data with the part `file`, as curl -F file=@dump.sql.gz does.",
  })
}

function dispositionOf(head: string): { readonly name: string; readonly fileName: string } {
  const line = /(?:^|\r\n)content-disposition:\s*form-data\s*;([^\r\n]*)/i.exec(head)?.[1]
  const name = line && /(?:^|[;\s])name="([^"]*)"/i.exec(line)?.[1]
  if (!name) throw refused("a part of the form has no name", "Send it as curl -F or a browser does.")
  return { name, fileName: (line && /(?:^|[;\s])filename="([^"]*)"/i.exec(line)?.[1]) || "upload" }
}

function bareName(path: string): string {
  const name = path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1)
  const plain = name
    .replaceAll("%22", '"')
    .replaceAll(/\p{Cc}/gu, "")
    .trim()
  return Array.from(plain).slice(0, longestName).join("") || "upload"
}

const cut = (cause?: unknown): Fault =>
  new Fault("import-refused", "the upload did not come to its end", {
    hint: "Nothing of it was kept. Send it again.",
    cause,
  })

const refused = (message: string, hint: string) =>
  new Refusal({ status: 400, code: "VALIDATION_ERROR", message, hint })
