// Whether an object is what was uploaded: by the store's own digest of it, or else by reading it back.
import { createHash } from "node:crypto"
import type { Verified } from "../../schemas/backup.ts"
import { Fault } from "../core/fault.ts"
import type { WrittenBytes } from "../ports.ts"
import type { UploadTarget } from "./s3-writer.ts"

/** `auto`: read back where the store's digest does not say it all. */
export type ReadBack = "auto" | "always" | "never"

/**
 * A digest that differs proves nothing by itself: stores that encrypt have tags of another kind. Then the bytes decide.
 * @param digest as the store is to have computed it of the whole
 */
export async function provenCopy(
  {
    destination,
    object,
    bucket,
    readBack,
  }: Pick<UploadTarget, "destination" | "object" | "bucket" | "readBack">,
  digest: string | undefined,
  written: WrittenBytes,
  signal: AbortSignal,
): Promise<Verified> {
  const found = await bucket.head(object, signal)
  if (found?.bytes !== written.bytes)
    throw mismatch(`${destination} holds ${found?.bytes ?? "no"} bytes, ${written.bytes} were written`)
  if (readBack !== "always" && digest !== undefined && found.digest === digest) return "hash"
  if (readBack === "never") return "size"
  const body = await bucket.get(object, signal)
  if (!body) throw mismatch(`${destination} holds ${object} no more`)
  const hash = createHash("sha256")
  for await (const chunk of body) hash.update(chunk as Buffer)
  if (hash.digest("hex") === written.sha256) return "hash"
  throw mismatch(`${destination} gave ${object} back with other bytes than were written`)
}

function mismatch(message: string): Fault {
  return new Fault("copy-mismatch", message, {
    hint: "The store lost or changed data. Check its health before trusting it.",
  })
}
