// A stored copy on its way back: opened only when it is there in the right size, and checked against its proof as it passes.
import type { Duplex, Readable } from "node:stream"
import type { Proof } from "../../schemas/backup.ts"
import type { Compression } from "../../schemas/scalar.ts"
import { Fault } from "../core/fault.ts"
import type { Destination } from "../ports.ts"
import { collector } from "./collector.ts"
import { decompressor } from "./compress.ts"
import { decryptor } from "./encrypt.ts"
import { type FirstCause, untilAborted } from "./first-cause.ts"
import { holdBack } from "./hold-back.ts"
import { pacing } from "./pace.ts"
import type { Measure } from "./stage.ts"

export interface StoredCopy {
  readonly destination: Destination
  readonly key: string
  readonly proof: Proof
  /** What the stream compressed it with. */
  readonly compression: Compression["algorithm"]
  /** What opens it; null when it is not encrypted. */
  readonly identity: string | null
  /** What to do when it is not what is expected; absent: what is said of a backup. */
  readonly whenChanged?: string
  /** How fast it is read at most. Null or absent: as fast as it can be. */
  readonly bytesPerSecond?: number | null
}

/**
 * The stored bytes, their check, and the undoing of encryption and compression, as streams. Their failures go to `cause`, damaged
 * bytes as `copy-mismatch`. Rejects with `copy-missing`, `copy-mismatch`, or what the destination says.
 */
export async function openStoredCopy(
  copy: StoredCopy,
  cause: FirstCause,
  onBytes: (storedBytes: number) => void,
): Promise<readonly [Readable, ...Duplex[]]> {
  const { destination, key, proof } = copy
  const { signal } = cause
  const wrong = (what: string, error?: unknown): Fault => mismatch(copy, what, error)
  const size = await untilAborted(destination.size(key, signal), signal)
  if (size === null) {
    throw new Fault("copy-missing", `${key} is not at ${destination.name} any more`, {
      hint:
        copy.whenChanged ??
        "It was deleted or moved by something else. Restore another backup, or put the file back.",
    })
  }
  if (size !== proof.storedBytes) throw wrong(`has ${size} bytes, not the ${proof.storedBytes} recorded`)
  const stored = await destination.read(key, signal)
  const litter = collector()
  const checked = holdBack({ bytes: proof.storedBytes, sha256: proof.storedSha256 }, wrong, (total) => {
    litter.passed(total)
    onBytes(total)
  })
  checked.once("close", litter.end)
  cause.watch(stored)
  cause.watch(checked)
  const undoing = [
    [copy.identity === null ? null : decryptor(copy.identity), "decrypted"],
    [decompressor(copy.compression), "decompressed"],
  ] as const
  const stages = undoing.flatMap(([stage, done]) => {
    stage?.on("error", (error) => {
      cause.fail(error instanceof Fault ? error : wrong(`cannot be ${done}: ${error.message}`, error))
    })
    return stage ?? []
  })
  const slow = copy.bytesPerSecond == null ? [] : [pacing(copy.bytesPerSecond, signal)]
  for (const stage of slow) cause.watch(stage)
  return [stored, ...slow, checked, ...stages]
}

/** Throws a `copy-mismatch` when what came out of the copy is not what once left the server. */
export function requireRaw(copy: StoredCopy, raw: Measure): void {
  const { rawBytes, rawSha256 } = copy.proof
  if (raw.bytes === rawBytes && raw.sha256 === rawSha256) return
  throw mismatch(copy, `gives ${raw.bytes} bytes that are not the ${rawBytes} that left the server`)
}

function mismatch({ destination, key, whenChanged }: StoredCopy, what: string, error?: unknown): Fault {
  return new Fault("copy-mismatch", `${key} at ${destination.name} ${what}`, {
    hint:
      whenChanged ??
      "The stored copy was changed or damaged after the backup. Restore another backup, and check the storage.",
    ...(error === undefined ? {} : { cause: error }),
  })
}
