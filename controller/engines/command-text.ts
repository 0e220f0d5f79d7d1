// Pieces of the commands that a person types: quoting, and undoing encryption and the stream's compression.
import type { Manifest } from "../../schemas/manifest.ts"

/** A word for a POSIX shell. Words without special characters stay as they are. */
export function quote(word: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}

const readers = { zstd: "zstd -dc", gzip: "gzip -dc", none: "cat" } as const

/** A command that prints the dump as it left the tool. KEY.txt holds the identity of one of the recipients. */
export function decompress({
  compression,
  encryption,
  fileName,
}: Pick<Manifest, "compression" | "encryption" | "fileName">): string {
  if (encryption === null) return `${readers[compression]} ${quote(fileName)}`
  const decrypted = `age -d -i KEY.txt ${quote(fileName)}`
  return compression === "none" ? decrypted : `${decrypted} | ${readers[compression]}`
}
