// The way back: proves a stored copy by reading all of it once, and streams one into the tool that loads it.
import { Writable } from "node:stream"
import { pipeline } from "node:stream/promises"
import { Fault } from "../core/fault.ts"
import type { EndDetector, ExecProcess, Rewriter } from "../ports.ts"
import { collector } from "./collector.ts"
import { endOf } from "./end.ts"
import { type FirstCause, underFirstCause, untilAborted } from "./first-cause.ts"
import { meter } from "./meter.ts"
import { paced } from "./progress.ts"
import { rewriting } from "./rewrite.ts"
import { type Silence, watchSilence } from "./stall.ts"
import { openStoredCopy, requireRaw, type StoredCopy } from "./stored-copy.ts"
import { brokenStream, type Explain, type Start, startTool, whyItBroke, within } from "./tool.ts"
import { toolSink } from "./tool-sink.ts"

interface Reading extends StoredCopy {
  readonly signal: AbortSignal
  /** Heard about four times a second, and at the end. */
  readonly onProgress: (storedBytes: number) => void
}
export interface ProveRequest extends Reading {
  readonly end: EndDetector
}
export interface LoadRequest extends Reading {
  readonly start: Start
  readonly explain: Explain
  /** What is loaded is what these make of the dump, one after the other. */
  readonly rewriters?: readonly (() => Rewriter)[] | undefined
  /** What to do about a tool that takes nothing, or does not end; absent: it may take its time. */
  readonly silence?: Silence
}

/** Resolves when the copy holds the recorded bytes, and they are a whole dump. Rejects with `copy-missing`, `copy-mismatch`, or the detector's Fault. */
export async function proveCopy(request: ProveRequest): Promise<void> {
  await underFirstCause(request.signal, async (cause) => {
    const progress = progressOf(request)
    const copy = await openStoredCopy(request, cause, progress.onBytes)
    const raw = rawMeter(request)
    const end = endOf(request.end)
    const nowhere = new Writable({ write: (_chunk, _encoding, next) => next() })
    for (const stream of [...raw.streams, end.stream]) cause.watch(stream)
    await pipeline([...copy, ...raw.streams, end.stream, nowhere], { signal: cause.signal })
    requireRaw(request, raw.result())
    progress.done()
  })
}

/**
 * Resolves when the tool has read every byte and exited with 0. The copy is checked again on the way; the last of it is
 * held back until it is proven, and a tool that must not end well is ended before its input is closed.
 */
export async function loadDump(request: LoadRequest): Promise<{ storedBytes: number; rawBytes: number }> {
  return await underFirstCause(request.signal, async (cause) => {
    const progress = progressOf(request)
    const copy = await openStoredCopy(request, cause, progress.onBytes)
    const raw = rawMeter(request)
    const tool = await startTool(request.start, cause.signal).catch((error) => {
      copy[0].destroy()
      throw error
    })
    const watch = watchSilence(request.silence, cause.fail)
    try {
      const { stdin } = tool
      if (!stdin) throw new Fault("internal", "the loading tool was started without an input")
      const why = (error: Error): Promise<Error> => whyInputBroke(tool, error, request, cause)
      const sink = toolSink(stdin, why, watch)
      const rewritten = (request.rewriters ?? []).map((rewriter) => rewriting(rewriter()))
      for (const stream of [...raw.streams, ...rewritten, sink]) cause.watch(stream)
      const ended = endOfTool(tool, sink, request.explain)
      ended.catch(cause.fail)
      await pipeline([...copy, ...raw.streams, ...rewritten, sink], { signal: cause.signal })
      await untilAborted(ended, cause.signal)
    } finally {
      watch.stop()
      copy[0].destroy()
      await tool.kill()
      tool.stdin?.destroy()
    }
    requireRaw(request, raw.result())
    progress.done()
    return { storedBytes: request.proof.storedBytes, rawBytes: raw.result().bytes }
  })
}

/** What comes out of the copy, measured: once only where it is the stored bytes themselves, whose check is on their way already. */
function rawMeter({ compression, identity, proof }: Reading) {
  if (compression === "none" && identity === null)
    return { streams: [], result: () => ({ bytes: proof.storedBytes, sha256: proof.storedSha256 }) }
  // Without a stage that makes other bytes, these were counted for the collector as they were read.
  const { stream, result } = compression === "none" ? meter() : meter(collector().passed)
  return { streams: [stream], result }
}

/** Resolves at exit code 0, once everything was handed over. What the tool prints is of no use, but must be read for it to go on. */
async function endOfTool(tool: ExecProcess, sink: Writable, explain: Explain): Promise<void> {
  tool.stdout.on("error", () => {}) // The exit says why.
  tool.stdout.resume()
  const handedOver = new Promise<true>((resolve) => sink.once("finish", () => resolve(true)))
  const code = await tool.exit
  if (code !== 0) throw explain(code, tool.stderrTail())
  // Both news travel by themselves, so the end of the input may be heard of just after the exit.
  if (!(await within(2000, handedOver))) throw endedEarly()
}

function whyInputBroke(
  tool: ExecProcess,
  error: Error,
  request: LoadRequest,
  cause: FirstCause,
): Promise<Error> {
  const broken = brokenStream(error, "restore-failed", "the tool's input")
  const explain: Explain = (code, stderr) => (code === 0 ? endedEarly() : request.explain(code, stderr))
  return whyItBroke(tool, broken, explain, cause.signal)
}

function endedEarly(): Fault {
  return new Fault("restore-failed", "the tool exited 0 before it had read the whole dump", {
    hint: "It was told to stop from outside, or something between dbbackup and the container drops its input.",
  })
}

function progressOf({ onProgress, proof }: Reading): { onBytes(total: number): void; done(): void } {
  let bytes = 0
  const tick = paced(() => onProgress(bytes))
  return {
    onBytes(total) {
      bytes = total
      tick()
    },
    done: () => onProgress(proof.storedBytes),
  }
}
