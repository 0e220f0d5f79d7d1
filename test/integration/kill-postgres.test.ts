// Ending what asks a PostgreSQL server something must leave the server alone: its postmaster is process 1 of the container, which
// inherits every orphan, and restarts the server for one that died of a signal.
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test"
import { setTimeout as sleep } from "node:timers/promises"
import { createDocker } from "../../controller/docker/client.ts"
import type { Script } from "../../controller/engines/engine.ts"
import { postgres as rules } from "../../controller/engines/postgres.ts"
import { run } from "../support/command.ts"
import { startServer, type TestServer } from "../support/servers.ts"
import { endpoint, never } from "./docker-fixture.ts"

setDefaultTimeout(240_000)
let server: TestServer
beforeAll(async () => {
  server = await startServer("postgres:17", {})
  await server.ready()
})
afterAll(() => server?.remove())

const slow = "select pg_sleep(30)"
/** The script, with a statement that lasts in place of one of its own. */
const lasting = ({ script, args }: Script, which: number): Script => ({
  script,
  args: args.map((arg, i) => (i === which ? slow : arg)),
})

const crashes = async () => {
  const { stdout, stderr } = await run(["docker", "logs", server.name])
  return `${stdout}${stderr}`.split("\n").filter((line) => /terminated by signal|crash of another/.test(line))
}

const scripts: Readonly<Record<string, () => Script>> = {
  "a look at the server": () => lasting(rules.probe({}), 3),
  "a look that counts": () => lasting(rules.probe({}), 5),
  "a look at a database": () => lasting(rules.inspect("postgres", {}), 3),
  "a statement": () => lasting(rules.dropDatabase("none", {}), 3),
  "a fingerprint": () => lasting(rules.fingerprint?.("postgres", "exact", {}) ?? { script: "", args: [] }, 4),
}

for (const [what, script] of Object.entries(scripts))
  test(`${what} that is ended, is ended, and the server runs on`, async () => {
    const docker = createDocker(endpoint)
    // Most end while psql waits for the server, the first ones earlier.
    for (let time = 0; time < 10; time++) {
      const tool = await docker.exec({ containerId: server.name, ...script(), stdin: false }, never)
      tool.exit.catch(() => {})
      await sleep(time * 25)
      const begun = performance.now()
      await tool.kill()
      expect(performance.now() - begun).toBeLessThan(20_000)
      const { stdout } = await run(["docker", "top", server.name, "-eo", "args"])
      expect(stdout.split("\n").filter((line) => /^(psql|sh|\S*pg_dump)\b/.test(line))).toEqual([])
    }
    expect(await crashes()).toEqual([])
  })
