// A client in a session, as jobs see it: it answers what it is asked with what the test gives.
import { PassThrough, Writable } from "node:stream"
import type { ExecProcess } from "../../controller/ports.ts"

/** A client that gives one answer to each piece of input, and ends when they are used up, or with its input. */
export function client(
  answers: readonly string[],
  code = 0,
  onAsked: (question: string) => void = () => {},
): ExecProcess & { readonly asked: string[] } {
  const asked: string[] = []
  const left = [...answers]
  const stdout = new PassThrough()
  const exit = Promise.withResolvers<number>()
  const leave = (with_: number) => {
    stdout.end()
    exit.resolve(with_)
  }
  const stdin = new Writable({
    write(chunk, _encoding, next) {
      asked.push(String(chunk))
      onAsked(String(chunk))
      const answer = left.shift()
      if (answer === undefined) leave(code)
      else stdout.write(answer)
      next()
    },
    final(next) {
      leave(0)
      next()
    },
  })
  return {
    asked,
    stdout,
    stdin,
    stderrTail: () => 'psql:<stdin>:9: ERROR:  no more of that: "snapshot"',
    exit: exit.promise,
    kill: async () => leave(143),
  }
}
