// The settings file of a running controller, without a Docker engine: what it obeys at once, and what it does with a bad one.
import { afterEach, beforeEach, expect, test } from "bun:test"
import { renameSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { getSettings, getStatus } from "../../schemas/api.ts"
import { run } from "../support/command.ts"
import { type Controller, type Place, place, startController } from "../support/controller.ts"
import { repository } from "../support/places.ts"
import { until } from "../support/until.ts"

let here: Place
let controller: Controller | undefined
beforeEach(() => {
  here = place()
})
afterEach(async () => {
  await controller?.end("SIGTERM")
  controller = undefined
  here.remove()
})

const path = () => join(here.folder, "dbbackup.yaml")
const write = (text: string) => {
  writeFileSync(`${path()}.new`, text)
  renameSync(`${path()}.new`, path())
}
const start = async () => {
  controller = await startController(here, {
    DBBACKUP_SETTINGS: path(),
    DOCKER_HOST: `unix://${here.folder}/none.sock`,
  })
  return controller
}
const status = async ({ call }: Controller) => (await call(getStatus)).data
const settings = async ({ call }: Controller) => (await call(getSettings)).data

test("a change takes effect without a restart, a bad one does not, neither now nor after a restart", async () => {
  write("backup: {maxConcurrent: 4}\nscheduler: {timezone: Europe/Berlin}\n")
  let running = await start()
  expect(await status(running)).toMatchObject({ queue: { maxConcurrent: 4 }, timeZone: "Europe/Berlin" })

  write("backup: {maxConcurrent: 5}\nscheduler: {timezone: Asia/Tokyo}\ndiscovery: auto\nlogLevel: debug\n")
  await until("the change is in force", async () => (await status(running)).queue.maxConcurrent === 5, 20)
  expect(await status(running)).toMatchObject({ timeZone: "Asia/Tokyo", discovery: "auto" })
  expect(running.log()).toContain('"level":"debug"')

  write("backup: {maxConcurrent: 6}\nscheduler: {timezon: UTC}\n")
  await until("the mistake is told", async () => (await settings(running)).problem !== null, 20)
  const complaint = `${path()} is not valid: line 2, column 13: scheduler.timezon: unknown key (Did you mean scheduler.timezone?)`
  expect((await settings(running)).problem?.message).toBe(complaint)
  expect(running.log()).toContain(complaint)
  const { verdict, queue } = await status(running)
  expect(queue.maxConcurrent).toBe(5)
  expect(verdict).toMatchObject({ level: "attention" })
  expect(verdict.attention.map(({ sentence }) => sentence)).toContain(`${complaint}.`)

  await running.end("SIGKILL")
  running = await start()
  expect(await status(running)).toMatchObject({ queue: { maxConcurrent: 5 }, timeZone: "Asia/Tokyo" })
  expect((await settings(running)).file.state).toBe("remembered")
  expect(running.log()).toContain(complaint)

  write("backup: {maxConcurrent: 6}\n")
  await until(
    "the corrected file is in force",
    async () => (await status(running)).queue.maxConcurrent === 6,
    20,
  )
  expect((await status(running)).verdict.attention.map(({ sentence }) => sentence).join()).not.toContain(
    "dbbackup.yaml",
  )
}, 120_000)

test("the command line finds the controller wherever it listens, by its data folder alone", async () => {
  write("server: {hostname: 127.0.0.2}\n")
  const running = await start()
  const argv = [process.execPath, join(repository, "controller/cli.ts"), "servers"]
  const env = { DATABASE_PATH: join(here.folder, "db/app.db"), PORT: "1", DBBACKUP_URL: "" }
  const { code, stderr } = await run(argv, { env })
  expect([code, stderr]).toEqual([0, ""])
  await running.end("SIGTERM")
  const refused = await run(argv, { env })
  expect(refused.code).not.toBe(0)
  expect(refused.stderr).toContain("127.0.0.2")
})

test("with a bad file and none remembered it does not start, and says what to correct", async () => {
  write("server:\n  port: x\n")
  await expect(start()).rejects.toThrow(
    `${path()} is not valid: line 2, column 9: server.port: write a whole number`,
  )
})
