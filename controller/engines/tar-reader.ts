// Reads a tar file as it passes: what is in it, by name, and the bytes of each. Knows the names of ustar, GNU tar and pax. Links,
// devices and what else is no file end it: nobody packs a dump with them.
import { Fault } from "../core/fault.ts"

export interface TarHeard {
  /** A file begins. */
  file(name: string, bytes: number): void
  data(chunk: Buffer): void
}

export interface TarReader {
  /** Throws a Fault, `import-refused`. */
  push(chunk: Buffer): void
  /** The same, when its end is missing. */
  end(): void
}

const blockBytes = 512
/** Of names that are too long for a header. */
const longestExtra = 64 * 1024

type Stage =
  | { readonly is: "header" }
  | { readonly is: "file"; left: number; padding: number }
  | { readonly is: "extra"; readonly kind: string; left: number; padding: number; text: Buffer }
  | { readonly is: "over" }

export function tarReader(heard: TarHeard): TarReader {
  let stage: Stage = { is: "header" }
  let held: Buffer = Buffer.alloc(0)
  /** For the file that follows. */
  let longName: string | null = null
  let longSize: number | null = null

  const begin = (block: Buffer): Stage => {
    if (block.every((byte) => byte === 0)) return { is: "over" }
    requireSum(block)
    const kind = String.fromCharCode(block[156] ?? 0)
    const bytes = sizeIn(block)
    const padding = (blockBytes - (bytes % blockBytes)) % blockBytes
    if ("LKxg".includes(kind)) {
      if (bytes > longestExtra) throw refused("a name in it is longer than any of a dump")
      return { is: "extra", kind, left: bytes, padding, text: Buffer.alloc(0) }
    }
    const name = longName ?? nameIn(block)
    const size = longSize ?? bytes
    longName = null
    longSize = null
    if (kind === "5") return { is: "file", left: 0, padding: 0 }
    if (kind !== "0" && kind !== "\0" && kind !== "7")
      throw refused(`${JSON.stringify(name)} in it is ${kinds[kind] ?? "no file"}`)
    heard.file(name, size)
    return { is: "file", left: size, padding: (blockBytes - (size % blockBytes)) % blockBytes }
  }
  const ended = (kind: string, text: Buffer) => {
    if (kind === "L") longName = text.toString().replace(/\0.*$/s, "")
    if (kind !== "x") return
    const records = paxRecords(text)
    longName = records.get("path") ?? longName
    const size = records.get("size")
    if (size === undefined) return
    longSize = Number(size)
    if (!Number.isSafeInteger(longSize) || longSize < 0) throw refused("a size in it is no number")
  }

  return {
    push(chunk) {
      for (let rest = chunk; rest.length > 0 && stage.is !== "over"; ) {
        if (stage.is === "header") {
          const wanted = blockBytes - held.length
          held = Buffer.concat([held, rest.subarray(0, wanted)])
          rest = rest.subarray(wanted)
          if (held.length < blockBytes) return
          const block = held
          held = Buffer.alloc(0)
          stage = begin(block)
        } else if (stage.left > 0) {
          const piece = rest.subarray(0, stage.left)
          stage.left -= piece.length
          rest = rest.subarray(piece.length)
          if (stage.is === "file") heard.data(piece)
          else stage.text = Buffer.concat([stage.text, piece])
        } else {
          const padding = Math.min(stage.padding, rest.length)
          stage.padding -= padding
          rest = rest.subarray(padding)
        }
        if (stage.is !== "header" && stage.is !== "over" && stage.left === 0 && stage.padding === 0) {
          if (stage.is === "extra") ended(stage.kind, stage.text)
          stage = { is: "header" }
        }
      }
    },
    end() {
      if (stage.is !== "over")
        throw refused("it ends before its end mark", "It was cut. Fetch it again from where it comes from.")
    },
  }
}

const kinds: Readonly<Record<string, string>> = {
  "1": "a link",
  "2": "a link",
  "3": "a device",
  "4": "a device",
  "6": "a pipe",
  S: "a file with holes",
}

function nameIn(block: Buffer): string {
  const text = (from: number, until: number) => block.toString("utf8", from, until).replace(/\0.*$/s, "")
  const prefix = block.toString("latin1", 257, 263) === "ustar\0" ? text(345, 500) : ""
  return prefix === "" ? text(0, 100) : `${prefix}/${text(0, 100)}`
}

/** Octal digits; what does not fit in them as a number of 8 bytes, as GNU tar and pg_dump write it. */
function sizeIn(block: Buffer): number {
  if (((block[124] ?? 0) & 0x80) !== 0) {
    const size = block.readBigUInt64BE(128)
    if (size > BigInt(Number.MAX_SAFE_INTEGER)) throw refused("a size in it is no number")
    return Number(size)
  }
  const text = block
    .toString("latin1", 124, 136)
    .replace(/[\0 ]+$/, "")
    .trim()
  if (!/^[0-7]{1,12}$/.test(text)) throw refused("a size in it is no number")
  return Number.parseInt(text, 8)
}

function requireSum(block: Buffer): void {
  const wanted = Number.parseInt(block.toString("latin1", 148, 156).replaceAll(/[\0 ]/g, ""), 8)
  const sum = block.reduce((total, byte, at) => total + (at >= 148 && at < 156 ? 32 : byte), 0)
  if (sum !== wanted)
    throw refused(
      "a header in it is damaged",
      "It was changed or cut. Fetch it again from where it comes from.",
    )
}

/** Each is its length, a space, `key=value` and a line break. */
function paxRecords(text: Buffer): ReadonlyMap<string, string> {
  const records = new Map<string, string>()
  for (let at = 0; at < text.length; ) {
    const length = Number(/^\d{1,6}(?= )/.exec(text.toString("latin1", at, at + 7))?.[0] ?? 0)
    const [key = "", ...value] = text
      .toString("utf8", at + String(length).length + 1, at + length - 1)
      .split("=")
    if (length < 4) throw refused("a header in it is damaged")
    records.set(key, value.join("="))
    at += length
  }
  return records
}

function refused(
  what: string,
  hint = "Pack the folder of pg_dump as it is: tar -cf dump.tar -C FOLDER .",
): Fault {
  return new Fault("import-refused", `the file is a tar file that is not taken: ${what}`, { hint })
}
