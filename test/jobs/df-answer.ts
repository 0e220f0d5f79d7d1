// A Docker engine of which every tool prints one answer and ends.
import { Readable } from "node:stream"
import type { Docker } from "../../controller/ports.ts"

export const clientOf = (answer: string, code: number): Pick<Docker, "exec"> => ({
  exec: async () => ({
    stdout: Readable.from([Buffer.from(answer)]),
    stdin: null,
    stderrTail: () => "",
    exit: Promise.resolve(code),
    kill: async () => {},
  }),
})
