// Takes a dump from the server to every destination and proves it. What it returns is written, complete and still invisible.
import { Readable } from "node:stream"
import { pipeline } from "node:stream/promises"
import type { Proof } from "../../schemas/backup.ts"
import type { Compression } from "../../schemas/scalar.ts"
import { Fault } from "../core/fault.ts"
import type { EndDetector, Rewriter } from "../ports.ts"
import { compressor } from "./compress.ts"
import { dumpBytes } from "./dump-bytes.ts"
import { encryptor } from "./encrypt.ts"
import { endOf } from "./end.ts"
import { type FailedCopy, noneLeft } from "./failed-copy.ts"
import { fanOut } from "./fan-out.ts"
import { type FirstCause, underFirstCause } from "./first-cause.ts"
import { meter } from "./meter.ts"
import { type OpenCopy, type Opened, openAll, type Place } from "./open.ts"
import { paced } from "./progress.ts"
import { rewriting } from "./rewrite.ts"
import { type Silence, watchSilence } from "./stall.ts"
import { type Explain, type Start, within } from "./tool.ts"

/** A destination that hangs must not keep the run from its end. What it leaves is invisible, and swept at the next start. */
const partingMilliseconds = 60_000

export interface StoreRequest {
  /** Called at the first read: the destinations are open by then. */
  readonly start: Start
  /** What is stored is what this makes of the tool's output; absent: that itself. */
  readonly rewriter?: (() => Rewriter) | undefined
  readonly end: EndDetector
  /** What the stream still has to do. */
  readonly compression: Compression
  /** For whom it is encrypted after that (age1…); null leaves it as it is. */
  readonly recipients: readonly string[] | null
  readonly destinations: readonly Place[]
  /** Aborted with a Fault to cancel or to end at a time limit. */
  readonly signal: AbortSignal
  /** Heard about four times a second, and at the end. */
  readonly onProgress: (rawBytes: number, storedBytes: number) => void
  readonly explain: Explain
  /** What to do about a tool that prints nothing; absent: it may take its time. */
  readonly silence?: Silence
  /** What leaves the server is kept to this; absent: as fast as it goes. */
  readonly bytesPerSecond?: number | null
}

export interface Stored {
  readonly proof: Proof
  /** Written, not yet visible: to be committed or aborted by the caller. */
  readonly writers: readonly OpenCopy[]
  readonly failed: readonly FailedCopy[]
}

/**
 * Rejects with the root cause, every writer aborted: the signal's reason, the tool's failure, an unseen end
 * (`dump-truncated`, `dump-empty`), or, when no destination is left, theirs.
 */
export function storeDump(request: StoreRequest): Promise<Stored> {
  return underFirstCause(request.signal, async (cause) => {
    const opened = await openAll(request.destinations, cause.signal)
    try {
      return await pass(request, opened, cause)
    } catch (error) {
      const aborts = opened.open.map(({ writer }) => writer.abort(cause.signal.reason ?? error))
      await within(partingMilliseconds, Promise.all(aborts))
      throw error
    }
  })
}

async function pass(request: StoreRequest, opened: Opened, cause: FirstCause): Promise<Stored> {
  const { open } = opened
  const failed = [...opened.failed]
  let rawBytes = 0
  let storedBytes = 0
  const tick = paced(() => request.onProgress(rawBytes, storedBytes))

  const watch = watchSilence(request.silence, cause.fail)
  const bytes = dumpBytes(request.start, request.explain, cause.signal, watch, request.bytesPerSecond ?? null)
  const source = Readable.from(bytes, { objectMode: false })
  const end = endOf(request.end)
  const encrypt = request.recipients === null ? null : encryptor(request.recipients)
  const changing = [compressor(request.compression), encrypt].filter((stage) => stage !== null)
  const raw = meter((total) => {
    rawBytes = total
    if (changing.length === 0) storedBytes = total
    tick()
  })
  // Without a step in between, the bytes that left the server are those that are stored: hashed once.
  const stored =
    changing.length > 0
      ? meter((total) => {
          storedBytes = total
          tick()
        })
      : raw
  const fan = fanOut(
    open.map(({ writer }) => writer),
    (writer, fault) => {
      const copy = open.find((one) => one.writer === writer)
      if (copy) failed.push({ destination: copy.destination.name, key: copy.key, fault })
      if (failed.length === request.destinations.length) cause.fail(noneLeft(failed))
    },
  )
  const rewritten = request.rewriter ? [rewriting(request.rewriter())] : []
  const stages = [
    ...rewritten,
    raw.stream,
    end.stream,
    ...changing,
    ...(stored === raw ? [] : [stored.stream]),
  ]
  for (const stream of [source, ...stages, fan.stream]) cause.watch(stream)
  try {
    await pipeline([source, ...stages, fan.stream], { signal: cause.signal })
  } finally {
    watch.stop()
    await fan.settled()
  }
  cause.signal.throwIfAborted()
  if (rawBytes === 0) throw new Fault("dump-empty", "the tool exited 0 and printed nothing")
  request.onProgress(rawBytes, storedBytes)

  const { bytes: provenRaw, sha256: rawSha256 } = raw.result()
  const { bytes: provenStored, sha256: storedSha256 } = stored.result()
  const proof: Proof = {
    exitCode: 0,
    end: end.result(),
    rawBytes: provenRaw,
    rawSha256,
    storedBytes: provenStored,
    storedSha256,
  }
  const live = new Set(fan.live())
  return { proof, writers: open.filter(({ writer }) => live.has(writer)), failed }
}
