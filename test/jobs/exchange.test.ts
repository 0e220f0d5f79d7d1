// The steps of an exchange are carried out in order, each with its input, and none after one that fails.
import { expect, test } from "bun:test"
import { Readable, Writable } from "node:stream"
import { rulesFor } from "../../controller/engines/registry.ts"
import type { SwapSteps } from "../../controller/engines/swapping.ts"
import { swappingOf } from "../../controller/jobs/exchange.ts"
import type { Look } from "../../controller/jobs/probe.ts"
import { carryOut } from "../../controller/jobs/swap-steps.ts"
import type { Docker, ExecRequest } from "../../controller/ports.ts"

const look = { rules: rulesFor("mysql"), access: {}, place: { containerId: "c" } } as Look

/** Answers with what it is told, and fails at the word `fail`. */
function echoing(ran: string[]): Docker {
  return {
    async exec({ args, stdin }: ExecRequest) {
      const read: Buffer[] = []
      const input = new Writable({
        write(chunk, _, done) {
          read.push(chunk)
          done()
        },
      })
      const said = async function* () {
        if (stdin) await new Promise((resolve) => input.on("finish", resolve))
        ran.push(`${args[0]} ${Buffer.concat(read)}`)
        yield Buffer.from([0xe9, ...Buffer.from(args[0] ?? "")])
      }
      return {
        stdout: Readable.from(said()),
        stdin: stdin ? input : null,
        stderrTail: () => "ERROR 1205 (HY000) at line 3: Lock wait timeout exceeded",
        exit: Promise.resolve(args[0] === "fail" ? 1 : 0),
        kill: async () => {},
      }
    },
  } as unknown as Docker
}
const step = (word: string, input?: string) => ({
  doing: `putting ${word} there`,
  script: { script: "", args: [word] },
  ...(input === undefined ? {} : { input: Buffer.from(input) }),
})

test("every engine swaps", () => {
  for (const engine of ["postgres", "mysql", "mariadb"] as const)
    expect(swappingOf({ rules: rulesFor(engine) } as Look).words.keptAs).not.toBe("")
})

test("steps are carried out in order, and what comes back is no text", async () => {
  const ran: string[] = []
  function* steps(): SwapSteps<string> {
    const first = yield step("one")
    const second = yield step("two", "the input")
    return `${first.toString("latin1")}, ${second.toString("latin1")}`
  }
  expect(await carryOut(echoing(ran), look, steps(), AbortSignal.timeout(5000))).toBe("éone, étwo")
  expect(ran).toEqual(["one ", "two the input"])
})

test("none comes after one that fails, and why is told", async () => {
  const ran: string[] = []
  function* steps(): SwapSteps<void> {
    yield step("fail", "x")
    yield step("never")
  }
  expect(carryOut(echoing(ran), look, steps(), AbortSignal.timeout(5000))).rejects.toMatchObject({
    message: expect.stringContaining("putting fail there: the client exited 1"),
    hint: expect.stringContaining("a quieter time"),
  })
})
