// The two-phase writer of a bucket: bytes go up in parts, which nobody can see before commit makes an object of them.
import { Fault } from "../core/fault.ts"
import type { SinkWriter } from "../ports.ts"
import type { Bucket, UploadedPart } from "./s3-bucket.ts"
import { maxParts, partBytes, partsAtOnce } from "./s3-part-size.ts"

/**
 * `claim` refuses the second of two commits at a time, and any where there is an object already; it returns how to give the
 * claim back. Not @aws-sdk/lib-storage: its parts are fresh buffers, which cost 300 MiB where these few, used again, cost 35;
 * it reports a failed part only at the end of the dump; and its parts cannot grow.
 */
export function s3Writer(
  destination: string,
  object: string,
  bucket: Bucket,
  claim: () => Promise<() => void>,
): SinkWriter {
  const parts: UploadedPart[] = []
  const inFlight = new Set<Promise<void>>()
  const spare: Buffer[] = []
  let part: Buffer = Buffer.allocUnsafe(partBytes(1))
  let filled = 0
  let number = 1
  let id: Promise<string> | undefined
  let broken: unknown
  let state: "open" | "completing" | "committed" = "open"
  let aborting: Promise<void> | undefined

  function requireUsable(): void {
    if (broken) throw broken
    if (aborting || state === "committed")
      throw new Fault("internal", `${object} at ${destination} is closed already`)
  }
  async function send(buffer: Buffer, bytes: number, partNumber: number): Promise<void> {
    try {
      id ??= bucket.beginUpload(object)
      const tag = await bucket.uploadPart({ object, id: await id }, partNumber, buffer.subarray(0, bytes))
      parts.push({ number: partNumber, tag })
      spare.push(buffer)
      // The request's own copies of the part lie outside the heap, where the collector does not count them: unasked, it lets
      // some tens of MiB gather. This asks it for a collection beside the work, which holds nothing up (0.3 ms).
      Bun.gc(false)
    } catch (error) {
      broken ??= error
    }
  }
  /** Hands the gathered part over, and waits for a place in flight. */
  async function dispatch(): Promise<void> {
    if (number > maxParts) throw tooLarge(destination)
    const sending = send(part, filled, number)
    inFlight.add(sending)
    sending.then(() => inFlight.delete(sending))
    number++
    filled = 0
    if (inFlight.size >= partsAtOnce) await Promise.race(inFlight)
    requireUsable()
    const wanted = partBytes(number)
    while (spare[0] && spare[0].length !== wanted) spare.shift()
    part = spare.pop() ?? Buffer.allocUnsafe(wanted)
  }
  async function publish(): Promise<void> {
    const release = await claim()
    try {
      if (id && filled > 0) await dispatch()
      await Promise.all(inFlight)
      requireUsable()
      state = "completing"
      if (id)
        await bucket.completeUpload(
          { object, id: await id },
          parts.toSorted((a, b) => a.number - b.number),
        )
      else await bucket.put(object, part.subarray(0, filled), null)
      state = "committed"
    } finally {
      release()
    }
  }
  /** Never rejects: what cannot be removed now is invisible, and swept at the next start. */
  async function drop(): Promise<void> {
    await Promise.all(inFlight)
    const begun = await id?.catch(() => undefined)
    if (begun !== undefined) await bucket.abortUpload({ object, id: begun }, null).catch(() => {})
    // The answer that was lost may have been a success.
    if (state !== "open") await bucket.delete(object, null).catch(() => {})
  }

  return {
    destination,
    async write(chunk) {
      requireUsable()
      for (let at = 0; at < chunk.length; ) {
        const copied = chunk.copy(part, filled, at)
        at += copied
        filled += copied
        if (filled === part.length) await dispatch()
      }
    },
    async commit() {
      requireUsable()
      await publish().catch((error) => {
        broken ??= error
        throw broken
      })
    },
    async abort() {
      if (state !== "committed") aborting ??= drop()
      await aborting
    },
  }
}

function tooLarge(destination: string): Fault {
  return new Fault(
    "destination-unavailable",
    `${destination} takes at most ${maxParts} parts, and the dump needs more`,
    {
      hint: "Compress the dump, or back this database up to a folder.",
    },
  )
}
