// The head of an age file as text, both ways: who can open it, line by line. Knows no secrets.

/** One way to get at the file's key. */
export interface Stanza {
  readonly type: string
  readonly args: readonly string[]
  readonly body: Buffer
}

export interface AgeHeader {
  readonly stanzas: readonly Stanza[]
  /** The bytes that the MAC is of: everything before it, up to and with `---`. */
  readonly signed: Buffer
  readonly mac: Buffer
}

const firstLine = "age-encryption.org/v1"
const lastMark = "---"
const columns = 64
/** Far more than 20 recipients need. */
export const longestHeaderBytes = 64 * 1024
const macText = 43

/** base64 without `=`, as everything in the header is written. */
export const unpadded = (bytes: Uint8Array): string =>
  Buffer.from(bytes).toString("base64").replace(/=+$/, "")

/** What the MAC is to be made of; `signed + " " + unpadded(mac) + "\n"` is the whole header. */
export function signedPart(stanzas: readonly Stanza[]): Buffer {
  const lines = stanzas.flatMap(({ type, args, body }) => [
    ["->", type, ...args].join(" "),
    ...bodyLines(unpadded(body)),
  ])
  return Buffer.from([firstLine, ...lines, lastMark].join("\n"))
}

/** The last line is shorter than the others, and empty when it must be. */
function bodyLines(text: string): readonly string[] {
  return Array.from({ length: Math.floor(text.length / columns) + 1 }, (_, i) =>
    text.slice(i * columns, (i + 1) * columns),
  )
}

/** Where the header ends, or undefined while it is not all there. Throws an Error when it never will be. */
export function headerLength(bytes: Buffer): number | undefined {
  const begin = bytes.subarray(0, firstLine.length + 1).toString("latin1")
  if (!`${firstLine}\n`.startsWith(begin)) throw new Error("it does not begin as an age file does")
  const mark = bytes.indexOf(`\n${lastMark} `)
  const end = mark === -1 ? -1 : bytes.indexOf("\n", mark + 1)
  if (end !== -1) return end + 1
  if (bytes.length > longestHeaderBytes) throw new Error("its header has no end")
  return undefined
}

/** Throws an Error that says what is wrong. @param bytes as many as `headerLength` says */
export function parseHeader(bytes: Buffer): AgeHeader {
  const lines = bytes.toString("latin1").split("\n").slice(1, -1)
  const last = lines.pop() ?? ""
  const stanzas: Stanza[] = []
  for (let line = lines.shift(); line !== undefined; line = lines.shift()) {
    const [mark, type, ...args] = line.split(" ")
    if (mark !== "->" || !type || args.includes("")) throw damaged()
    let text = ""
    for (let more = true; more; ) {
      const next = lines.shift()
      if (next === undefined || next.length > columns) throw damaged()
      text += next
      more = next.length === columns
    }
    stanzas.push({ type, args, body: exactBytes(text) })
  }
  const mac = last.slice(lastMark.length + 1)
  if (stanzas.length === 0 || mac.length !== macText) throw damaged()
  const signed = bytes.subarray(0, bytes.length - macText - 2)
  return { stanzas, signed, mac: exactBytes(mac) }
}

/** Only one text stands for given bytes. */
export function exactBytes(text: string): Buffer {
  const bytes = Buffer.from(text, "base64")
  if (unpadded(bytes) !== text) throw damaged()
  return bytes
}

const damaged = () => new Error("its header is damaged")
