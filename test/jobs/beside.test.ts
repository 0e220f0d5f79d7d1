// Where a large dump is made when its job leaves that open.
import { expect, test } from "bun:test"
import { Fault } from "../../controller/core/fault.ts"
import { helperPaysFromBytes } from "../../controller/core/tool-place.ts"
import { createBeside } from "../../controller/jobs/beside.ts"
import { lookInside } from "../../controller/jobs/probe.ts"
import type { Run } from "../../schemas/run.ts"
import { aCompletedBackup } from "../core/records.ts"
import { aJob } from "../core/samples.ts"
import { aBackup } from "../state/samples.ts"
import { down, fakeServer, target } from "./fake-server.ts"

const containerId = target.container.id
const helper = { image: null, memoryBytes: 2 * 2 ** 30 }
const signal = new AbortController().signal

/** A server where helpers work, or exit with that code, or fail with that; the last dump left it with so many bytes. */
async function server(rawBytes: number, answer: Fault | number = 0, labels = {}) {
  const docker = fakeServer()
  const last = aCompletedBackup({ proof: { ...aCompletedBackup().proof, rawBytes } })
  const catalogue = { newestGood: () => last, run: () => ({ attempt: 1 }) as Run }
  const look = await lookInside(docker, target, signal)
  docker.ran.length = 0
  docker.answer = () => {
    if (answer instanceof Fault) throw answer
    return answer
  }
  const said: string[] = []
  const journal = (_: string, text: string) => said.push(text)
  const { placeFor, placeForLoad } = createBeside({ docker, catalogue, log: () => {} })
  const backups = [aBackup("b1", "r1")]
  return {
    said,
    tried: () => docker.ran.length,
    ask: () => placeFor(aJob(labels), target, look, backups, journal, signal),
    askForLoad: () => placeForLoad(aJob(labels).spec.method, target, look, rawBytes, journal, signal),
  }
}

test("a large dump is made beside the server, once it was tried whether that works", async () => {
  const large = await server(helperPaysFromBytes)
  expect(await large.ask()).toEqual({ containerId, helper })
  expect(await large.ask()).toEqual({ containerId, helper })
  expect(large.tried()).toBe(1)
})

test("so is a large load, and what works for dumps need not be tried for it again", async () => {
  const large = await server(helperPaysFromBytes)
  expect(await large.ask()).toEqual({ containerId, helper })
  expect(await large.askForLoad()).toEqual({ containerId, helper })
  expect(large.tried()).toBe(1)
})

test("a small one, and one whose label decides, is made where the look was", async () => {
  const small = await server(helperPaysFromBytes - 1)
  const labelled = await server(helperPaysFromBytes, 0, { method: "exec" })
  for (const { ask, askForLoad, tried } of [small, labelled]) {
    expect([await ask(), await askForLoad()]).toEqual([{ containerId }, { containerId }])
    expect(tried()).toBe(0)
  }
})

test.each([
  [
    "the engine allows no container",
    new Fault("docker-error", "the proxy forbids it"),
    "the proxy forbids it",
  ],
  ["the server lets nobody in from there", 2, "the tool exited 2"],
])(
  "where %s, it is made in the server's own container, and the log says why, once",
  async (_, answer, why) => {
    const large = await server(helperPaysFromBytes, answer)
    expect(await large.ask()).toEqual({ containerId })
    expect(await large.ask()).toEqual({ containerId })
    expect(large.tried()).toBe(1)
    expect(large.said).toEqual([expect.stringContaining(why)])
  },
)

test("that the server is away says nothing about helpers", async () => {
  const away = await server(helperPaysFromBytes, down())
  await expect(away.ask()).rejects.toMatchObject({ code: "server-down" })
  await expect(away.ask()).rejects.toMatchObject({ code: "server-down" })
  expect(away.tried()).toBe(2)
})
