// A file of this machine → a compressed, perhaps encrypted file beside it, to be stored anywhere; and a stored one → a file.
import { createReadStream, createWriteStream } from "node:fs"
import { pipeline } from "node:stream/promises"
import { compressor } from "./compress.ts"
import { encryptor } from "./encrypt.ts"
import { underFirstCause } from "./first-cause.ts"
import { meter } from "./meter.ts"
import type { Measure } from "./stage.ts"
import { openStoredCopy, requireRaw, type StoredCopy } from "./stored-copy.ts"

/** Measures of both. `to` must not be there; it is for the owner's eyes only. @param recipients null: not encrypted */
export async function packFile(
  from: string,
  to: string,
  recipients: readonly string[] | null,
  signal: AbortSignal,
): Promise<{ readonly raw: Measure; readonly stored: Measure }> {
  const [raw, stored] = [meter(), meter()]
  const stages = [compressor({ algorithm: "zstd", level: 3 }), recipients && encryptor(recipients)]
  await pipeline(
    [
      createReadStream(from),
      raw.stream,
      ...stages.flatMap((stage) => stage ?? []),
      stored.stream,
      createWriteStream(to, { flags: "wx", mode: 0o600 }),
    ],
    { signal },
  )
  return { raw: raw.result(), stored: stored.result() }
}

/** Resolves when the file `to` holds what was once packed. Rejects with `copy-missing`, `copy-mismatch`, `key-missing`, or the destination's Fault. */
export async function unpackCopy(copy: StoredCopy, to: string, signal: AbortSignal): Promise<void> {
  await underFirstCause(signal, async (cause) => {
    const stored = await openStoredCopy(copy, cause, () => {})
    const raw = meter()
    cause.watch(raw.stream)
    await pipeline([...stored, raw.stream, createWriteStream(to, { flags: "wx", mode: 0o600 })], {
      signal: cause.signal,
    })
    requireRaw(copy, raw.result())
  })
}
