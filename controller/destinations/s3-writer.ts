// The two-phase writer of a bucket: bytes go up in parts, which nobody can see before commit makes an object of them.
import { Fault } from "../core/fault.ts"
import type { Keeping, SinkWriter } from "../ports.ts"
import type { Pace } from "./pace.ts"
import type { Bucket, UploadedPart } from "./s3-bucket.ts"
import { maxParts, partBytes, partsAtOnce } from "./s3-part-size.ts"
import { provenCopy, type ReadBack } from "./s3-read-back.ts"

/** 20 MB/s by one connection. */
const slowMilliseconds = 250

export interface UploadTarget {
  readonly destination: string
  readonly object: string
  readonly bucket: Bucket
  readonly pace: Pace
  readonly keeping?: Keeping
  readonly readBack: ReadBack
}

/**
 * `claim` refuses the second of two commits at a time, and any where there is an object already; it returns how to give the
 * claim back. Not @aws-sdk/lib-storage: its parts are fresh buffers, which cost 300 MiB where these few, used again, cost 35;
 * it reports a failed part only at the end of the dump; and its parts cannot grow.
 */
export function s3Writer(target: UploadTarget, claim: () => Promise<() => void>): SinkWriter {
  const { destination, object, bucket, pace, keeping } = target
  const { digests } = bucket
  const stop = new AbortController()
  const sizeOf = (partNumber: number): number => partBytes(partNumber, keeping?.expectedBytes)
  const parts: UploadedPart[] = []
  const inFlight = new Set<Promise<void>>()
  const spare: Buffer[] = []
  let part: Buffer = Buffer.allocUnsafe(sizeOf(1))
  let filled = 0
  let number = 1
  /** Each costs some 15 MiB: a second one only where the dump would wait for the store. */
  let atOnce = 1
  let id: Promise<string> | undefined
  /** As the store is to have it of the whole. */
  let expected: string | undefined
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
      await pace.turn(bytes, stop.signal)
      id ??= bucket.beginUpload(object, keeping)
      const body = buffer.subarray(0, bytes)
      const digest = digests.of(body)
      const tag = await bucket.uploadPart({ object, id: await id }, partNumber, body, digest)
      parts.push({ number: partNumber, tag, digest })
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
    const began = performance.now()
    while (inFlight.size >= atOnce) await Promise.race(inFlight)
    if (performance.now() - began > slowMilliseconds) atOnce = partsAtOnce
    requireUsable()
    const sending = send(part, filled, number)
    inFlight.add(sending)
    sending.then(() => inFlight.delete(sending))
    number++
    filled = 0
    const wanted = sizeOf(number)
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
      if (id) {
        const inOrder = parts.toSorted((a, b) => a.number - b.number)
        await bucket.completeUpload({ object, id: await id }, inOrder)
        if (keeping?.lockedUntil) await bucket.ensureLocked(object, keeping.lockedUntil)
        expected = digests.inParts(inOrder.map(({ digest }) => digest))
      } else {
        const body = part.subarray(0, filled)
        const digest = digests.of(body)
        await pace.turn(filled, stop.signal)
        await bucket.put(object, body, digest, keeping, null)
        expected = digests.inOnePiece(digest)
      }
      state = "committed"
    } finally {
      release()
    }
  }
  /** Never rejects: what cannot be removed now is invisible, and swept at the next start. */
  async function drop(): Promise<void> {
    stop.abort(new Fault("cancelled", "the upload was given up"))
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
    readBack: async (written, signal) => await provenCopy(target, expected, written, signal),
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
