// A PostgreSQL server as jobs see it through Docker, without either: what is run in it is kept, and answered as the test wants.
import { Readable } from "node:stream"
import { Fault } from "../../controller/core/fault.ts"
import type { Target } from "../../controller/jobs/probe.ts"
import type { Docker, ExecRequest, Leftovers } from "../../controller/ports.ts"
import { aContainer } from "../core/samples.ts"
import { server } from "../state/samples.ts"

export const target: Target = {
  id: server,
  name: "shop/db",
  project: "shop",
  service: "db",
  container: aContainer(),
  engine: "postgres",
  access: {},
  jobs: [],
}

export interface FakeServer extends Docker, Leftovers {
  /** The words of each hook, `look` for a look inside, in order. */
  readonly ran: string[]
  /** Throws, or gives the exit code of, what is run next. */
  answer: (what: string, signal: AbortSignal) => number | Promise<number>
  leftovers: () => Promise<number>
}

const state = {
  version: "17.6",
  standby: false,
  superuser: true,
  user: "postgres",
  confined: false,
  broken: [],
  databases: [{ name: "shop", attributes: {} }],
}
const probed = [
  "tool pg_dump (PostgreSQL) 17.6",
  "zstd no",
  "setup no",
  `state ${JSON.stringify(state)}`,
].join("\n")

export function fakeServer(): FakeServer {
  const fake: FakeServer = {
    endpoint: "fake",
    ran: [],
    answer: () => 0,
    leftovers: async () => 0,
    version: async () => "0",
    observe: async () => [],
    async *nudges() {},
    endLeftovers: () => fake.leftovers(),
    async exec(request: ExecRequest, signal: AbortSignal) {
      const what = request.script.includes("pg_dump") ? "look" : request.args.join(" ")
      fake.ran.push(what)
      signal.throwIfAborted()
      const code = await fake.answer(what, signal)
      const said = what === "look" ? probed : `this is ${what}\n`
      return {
        stdout: Readable.from([Buffer.from(said)]),
        stdin: null,
        stderrTail: () => "",
        exit: Promise.resolve(code),
        kill: async () => {},
      }
    },
  }
  return fake
}

export const down = (message = "the container is not running (exited)"): Fault =>
  new Fault("server-down", message, { hint: "Start it." })
