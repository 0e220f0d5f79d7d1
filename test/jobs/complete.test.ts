// What becomes of a dump that seems to lack something, with a server that answers what the test wants when it is asked again.
import { expect, test } from "bun:test"
import { Readable } from "node:stream"
import { rulesFor } from "../../controller/engines/registry.ts"
import { requireComplete } from "../../controller/jobs/complete.ts"
import { JobLabels } from "../../schemas/labels.ts"
import { fakeServer } from "./fake-server.ts"

const before = { attributes: {}, tables: 3, objects: { views: 1 } }

async function check(
  held: Readonly<Record<string, number>>,
  now: Readonly<Record<string, number>>,
  code = 0,
) {
  let asked = 0
  const docker = {
    ...fakeServer(),
    exec: async () => {
      asked++
      return {
        stdout: Readable.from([Buffer.from(`${JSON.stringify({ attributes: {}, objects: now })}\n`)]),
        stdin: null,
        stderrTail: () => (code === 0 ? "" : 'FATAL:  database "shop" does not exist'),
        exit: Promise.resolve(code),
        kill: async () => {},
      }
    },
  }
  const look = {
    rules: rulesFor("postgres"),
    access: {},
    probe: {} as never,
    place: { containerId: "c0ffee" },
  }
  const asking = { docker, look, spec: JobLabels.parse({}) }
  const signal = new AbortController().signal
  const outcome = await requireComplete(asking, "shop", before, held, signal).then(
    () => "complete",
    (fault) => fault.code as string,
  )
  return [outcome, asked] as const
}

test("a dump that holds everything is taken without another question", async () => {
  expect(await check({ tables: 3, views: 1 }, {})).toEqual(["complete", 0])
})

test("a dump that lacks what is gone by now is complete", async () => {
  expect(await check({ tables: 2 }, { tables: 2 })).toEqual(["complete", 1])
})

test("a dump that lacks what is still there is not", async () => {
  expect(await check({ tables: 2, views: 1 }, { tables: 3, views: 1 })).toEqual(["dump-incomplete", 1])
  expect(await check({}, { tables: 9 })).toEqual(["dump-incomplete", 1])
})

test("a server that cannot be asked again leaves the dump unproven", async () => {
  expect(await check({ tables: 2 }, {}, 2)).toEqual(["database-gone", 1])
})
