// Whether a stored file is what was written: each stretch of it is read again, from under its final name, and its hash compared.
// By xxHash3, which finds damage at 40 times the speed of sha-256 (15 ms a GiB, measured): an enemy who can write there could
// change the manifest as well. It comes from the system's memory where that still has it, and then shows what will reach the disk.
import { constants } from "node:fs"
import { Fault } from "../core/fault.ts"
import { closeHandle, openHandle } from "./local-handle.ts"

export interface Stretches {
  add(bytes: Buffer): void
  /** Rejects with `copy-mismatch`, or as the file system does. */
  compare(destination: string, path: string, signal: AbortSignal): Promise<void>
}

export function writtenStretches(): Stretches {
  const written: { readonly length: number; readonly hash: bigint }[] = []
  return {
    add(bytes) {
      written.push({ length: bytes.length, hash: Bun.hash.xxHash3(bytes) })
    },
    async compare(destination, path, signal) {
      const longest = written.reduce((most, { length }) => Math.max(most, length), 1)
      const buffer = Buffer.allocUnsafeSlow(longest)
      const handle = await openHandle(path, constants.O_RDONLY | constants.O_NOFOLLOW)
      let at = 0
      try {
        for (const { length, hash } of written) {
          signal.throwIfAborted()
          let got = 0
          while (got < length) {
            const { bytesRead } = await handle.read(buffer, got, length - got, at + got)
            if (bytesRead === 0) throw mismatch(destination, path, at + got)
            got += bytesRead
          }
          if (Bun.hash.xxHash3(buffer.subarray(0, length)) !== hash) throw mismatch(destination, path, at)
          at += length
        }
        if ((await handle.stat()).size !== at) throw mismatch(destination, path, at)
      } finally {
        await closeHandle(handle)
      }
    },
  }
}

function mismatch(destination: string, path: string, at: number): Fault {
  return new Fault("copy-mismatch", `${path} at ${destination} is not what was written, from byte ${at} on`, {
    hint: "The disk, or what it is shared by, lost or changed data. Check its health before trusting it.",
  })
}
