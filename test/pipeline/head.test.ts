// The beginning of a stored copy: as much of it as is asked for, and no error for the rest.
import { expect, test } from "bun:test"
import { randomBytes } from "node:crypto"
import { Readable } from "node:stream"
import { zstdCompressSync } from "node:zlib"
import { readHead } from "../../controller/pipeline/head.ts"
import type { Destination } from "../../controller/ports.ts"
import { sha256 } from "./sample.ts"

const raw = randomBytes(4 * 1024 * 1024)
const stored = zstdCompressSync(raw)
const never = new AbortController().signal

function copyOf(bytes: Buffer, fail?: Error) {
  let read = 0
  let isClosed = false
  function* pieces() {
    try {
      for (let at = 0; at < bytes.length; at += 1024) {
        read = at + 1024
        yield bytes.subarray(at, at + 1024)
      }
      if (fail) throw fail
    } finally {
      isClosed = true
    }
  }
  const destination = {
    name: "here",
    size: async () => stored.length,
    read: async () => Readable.from(pieces()),
  } as unknown as Destination
  const proof = {
    ...{ exitCode: 0 as const, end: "all", rawBytes: raw.length, rawSha256: sha256(raw) },
    ...{ storedBytes: stored.length, storedSha256: sha256(stored) },
  }
  const copy = { destination, key: "k", proof, compression: "zstd" as const, identity: null }
  return { copy, read: () => read, isClosed: () => isClosed }
}

test("is read as far as somebody takes it, and then let go", async () => {
  const { copy, read, isClosed } = copyOf(stored)
  const seen: Buffer[] = []
  await readHead(copy, (chunk) => seen.push(chunk) > 0, never)
  expect(raw.subarray(0, seen[0]?.length ?? 0).equals(seen[0] ?? Buffer.alloc(1))).toBe(true)
  expect(read()).toBeLessThan(stored.length)
  expect(isClosed()).toBe(true)
})

test("is all of it where nobody has enough before", async () => {
  const { copy } = copyOf(stored)
  let bytes = 0
  const take = (chunk: Buffer) => {
    bytes += chunk.length
    return false
  }
  await readHead(copy, take, never)
  expect(bytes).toBe(raw.length)
})

test("fails as the reading of all of it would", async () => {
  const cut = copyOf(stored.subarray(0, 2048))
  expect(readHead(cut.copy, () => false, never)).rejects.toMatchObject({ code: "copy-mismatch" })
  const broken = copyOf(stored, new Error("the disk is gone"))
  expect(readHead(broken.copy, () => false, never)).rejects.toThrow("the disk is gone")
  const mistaken = copyOf(stored)
  const take = () => {
    throw new Error("not what it should be")
  }
  expect(readHead(mistaken.copy, take, never)).rejects.toThrow("not what it should be")
  const aborted = AbortSignal.abort(new Error("cancelled"))
  expect(readHead(mistaken.copy, () => false, aborted)).rejects.toThrow("cancelled")
})
