// How the tools are started that read what must be known of databases before they are dumped together.
import { expect, test } from "bun:test"
import { Readable } from "node:stream"
import type { Together } from "../../controller/engines/engine.ts"
import { readOutline } from "../../controller/jobs/outline.ts"
import type { Docker, ExecRequest } from "../../controller/ports.ts"
import { aJob } from "../core/samples.ts"

const together = {
  outline: () => ({ names: ["shop"], script: { script: "outline it", args: ["shop"] } }),
} as unknown as Together

async function started(labels: Readonly<Record<string, string>>): Promise<readonly ExecRequest[]> {
  const requests: ExecRequest[] = []
  const docker = {
    exec: async (request: ExecRequest) => {
      requests.push(request)
      return {
        stdout: Readable.from([Buffer.from("all of it")]),
        stdin: null,
        stderrTail: () => "",
        exit: Promise.resolve(0),
        kill: async () => {},
      }
    },
  } as unknown as Docker
  const look = { place: { containerId: "c" }, access: {} } as never
  const { signal } = new AbortController()
  const outline = await readOutline(
    docker,
    together,
    [],
    { look },
    aJob(labels),
    () => new Error() as never,
    signal,
  )
  expect(outline).toEqual({ text: Buffer.from("all of it") })
  return requests
}

test("they step back for others, as the dump does, where the label nice says so", async () => {
  const [plain] = await started({})
  expect(plain).toMatchObject({ containerId: "c", script: "outline it", args: ["shop"] })
  const [polite] = await started({ nice: "true" })
  expect(polite?.script).toContain("nice -n 10")
  expect(polite?.args).toEqual(["outline it", "shop"])
})
