// One tool whose output is the dumps of several subjects, one after the other: each is handed on as if a tool of its own printed it.
import { Readable } from "node:stream"
import type { Cut, Cutter, ExecProcess } from "../ports.ts"
import { dumpBytes } from "./dump-bytes.ts"
import type { Explain, Start } from "./tool.ts"

export interface Parts {
  /**
   * The dump at that position, as a process that ends well with it. What was left unread before it is passed over first. The
   * first call starts the tool, the others leave `start` alone.
   */
  at(position: number, start: Start): Promise<ExecProcess>
  /** After the last one: the tool has exited with 0. Positions of the dumps that are not what they should be. */
  finish(): Promise<readonly number[]>
  /** What ended it before its end: why the tool failed, or the signal's reason. Undefined while nothing has. */
  failure(): unknown
  /** The tool is not started any more, and has ended inside the container if it was. Never rejects. */
  end(): Promise<void>
}

/** Calls and dumps under way reject with the failure. */
export function partsOf(cutter: Cutter, explain: Explain, signal: AbortSignal): Parts {
  let source: AsyncGenerator<Buffer> | undefined
  let failure: unknown
  let ready: Cut[] = []
  let ended = 0
  let over = false
  let reading: Promise<unknown> = Promise.resolve()

  /** Undefined at the end of the tool's output. */
  async function take(): Promise<Cut | undefined> {
    if (failure !== undefined) throw failure
    try {
      while (ready.length === 0) {
        if (source === undefined || over) return undefined
        const next = await source.next()
        if (next.done) over = true
        ready = [...(next.done ? cutter.end() : cutter.push(next.value))]
      }
    } catch (error) {
      failure = error
      throw error
    }
    const cut = ready.shift()
    if (cut === "end") ended++
    return cut
  }
  /** One at a time, whoever asks: a dump that is given up may still wait for its next bytes. */
  function taken(): Promise<Cut | undefined> {
    const next = reading.then(take, take)
    reading = next
    next.catch(() => undefined)
    return next
  }
  return {
    async at(position, start) {
      source ??= dumpBytes(start, explain, signal)
      await reading.catch(() => undefined)
      while (ended < position && (await taken()) !== undefined);
      let done: (code: number) => void = () => {}
      let failed: (error: unknown) => void = () => {}
      const exit = new Promise<number>((resolve, reject) => {
        done = resolve
        failed = reject
      })
      exit.catch(() => undefined)
      async function* bytes() {
        try {
          for (let cut = await taken(); cut !== "end" && cut !== undefined; cut = await taken()) yield cut
          done(0)
        } catch (error) {
          failed(error)
          throw error
        }
      }
      return {
        stdout: Readable.from(bytes(), { objectMode: false }),
        stdin: null,
        stderrTail: () => "",
        exit,
        // The tool has other dumps to print.
        kill: async () => done(0),
      }
    },
    async finish() {
      await reading.catch(() => undefined)
      while ((await taken()) !== undefined);
      return source === undefined ? [] : cutter.stale()
    },
    failure: () => failure,
    async end() {
      await source?.return(undefined).catch(() => undefined)
    },
  }
}
