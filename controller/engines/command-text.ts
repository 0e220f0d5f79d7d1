// Pieces of the commands that a person types: quoting, and undoing the stream's compression.
import type { Manifest } from "../../schemas/manifest.ts"

/** A word for a POSIX shell. Words without special characters stay as they are. */
export function quote(word: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}

const readers = { zstd: "zstd -dc", gzip: "gzip -dc", none: "cat" } as const

/** A command that prints the dump as it left the tool. */
export function decompress({ compression, fileName }: Pick<Manifest, "compression" | "fileName">): string {
  return `${readers[compression]} ${quote(fileName)}`
}
