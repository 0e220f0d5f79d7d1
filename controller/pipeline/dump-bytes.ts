// The source of the byte path. Reaching its end means that the tool exited with 0: a dump cut short throws before.
import { reasonOf, untilAborted } from "./first-cause.ts"
import { pacer } from "./pace.ts"
import { unwatched, type Watch } from "./stall.ts"
import { brokenStream, type Explain, type Start, startTool, whyItBroke } from "./tool.ts"

/**
 * Starts the tool at the first read and yields what it prints. A non-zero exit throws what `explain` returns. However
 * it ends, the tool inside the container has been told to end too, and has ended, before this generator is done.
 * @param watch told when the reader waits for the tool. @param bytesPerSecond how fast the tool is read at most, or null
 */
export async function* dumpBytes(
  start: Start,
  explain: Explain,
  signal: AbortSignal,
  watch: Watch = unwatched,
  bytesPerSecond: number | null = null,
): AsyncGenerator<Buffer> {
  const tool = await startTool(start, signal)
  // A generator that waits for a silent tool cannot be interrupted from outside, so the stream is.
  const interrupt = (): void => void tool.stdout.destroy(reasonOf(signal))
  signal.addEventListener("abort", interrupt, { once: true })
  if (signal.aborted) interrupt()
  tool.exit.catch((error) => tool.stdout.destroy(error))
  try {
    try {
      const pace = pacer(bytesPerSecond, signal)
      watch.waits()
      for await (const chunk of tool.stdout) {
        watch.moved()
        yield chunk
        if (pace) await pace(chunk.length)
        watch.waits()
      }
      watch.moved()
    } catch (error) {
      if (signal.aborted) throw signal.reason
      const broken = brokenStream(error, "dump-failed", "the dump's stream")
      throw await whyItBroke(
        tool,
        broken,
        (code, tail) => (code === 0 ? broken : explain(code, tail)),
        signal,
      )
    }
    const code = await untilAborted(tool.exit, signal)
    if (code !== 0) throw explain(code, tool.stderrTail())
  } finally {
    watch.stop()
    signal.removeEventListener("abort", interrupt)
    await tool.kill()
  }
}
