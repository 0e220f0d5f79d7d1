// What goes wrong while one tool dumps several databases: nothing half-made is kept, no tool stays, and the others still get one instant.
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test"
import { basename, join } from "node:path"
import { cancelRun, getManifest, getRun, getRunLogs, listRuns } from "../../schemas/api.ts"
import { must, run } from "../support/command.ts"
import { type Controller, type Place, place, startController } from "../support/controller.ts"
import { homeDatabase, startServer, type TestServer } from "../support/servers.ts"
import { storedFiles } from "../support/stored-files.ts"
import { until } from "../support/until.ts"

setDefaultTimeout(400_000)
const images = process.env.TOGETHER_IMAGES?.split(",") ?? ["mysql:9", "mariadb:11.8"]

const files = ({ folder }: Place) => storedFiles(join(folder, "backups")).map((path) => basename(path))

for (const image of images) {
  describe(`${image}, several databases at once`, () => {
    let server: TestServer
    const [cancelled, killed, crashed, slow, gone] = [place(), place(), place(), place(), place()]
    const places = [cancelled, killed, crashed, slow, gone]
    const controllers: Controller[] = []
    const labels = { enable: "true", schedule: "monthly", compress: "none", globals: "false", retries: "0" }

    beforeAll(async () => {
      const all = places.flatMap(({ prefix }) =>
        Object.entries(labels).map(([key, value]) => [`${prefix}.${key}`, value] as const),
      )
      server = await startServer(image, Object.fromEntries(all))
      await server.ready()
      const home = homeDatabase[server.engine]
      for (const name of ["a_small", "m_large", "z_small"])
        await server.sql(
          home,
          `create database ${name}; create table ${name}.t (i int auto_increment primary key, x text)`,
        )
      await server.sql("a_small", "insert into t (x) values ('a')")
      await server.sql("m_large", "insert into t (x) values (repeat(uuid(), 40))")
      for (let n = 0; n < 16; n++)
        await server.sql("m_large", "insert into t (x) select repeat(concat(uuid(), i), 38) from t")
    })
    afterAll(async () => {
      for (const controller of controllers) await controller.end("SIGTERM")
      await server?.remove()
      for (const here of places) here.remove()
    })

    const begin = async (here: Place) => {
      const controller = await startController(here)
      controllers.push(controller)
      return controller
    }
    /** The first run, once the second of its databases is under way. */
    const midway = async (controller: Controller) =>
      until(
        "the large database is being dumped",
        async () => {
          const [first] = (await controller.call(listRuns)).data
          if (!first) return undefined
          const { data } = await controller.call(getRun, { params: { id: first.id } })
          if ("finishedAt" in data.run) throw new Error(`it has ended already: ${JSON.stringify(data)}`)
          const large = data.backups.find(({ database }) => database === "m_large")
          return large?.status === "running" && large.progress.rawBytes > 1_000_000 ? first.id : undefined
        },
        60,
      )
    const outcome = async (controller: Controller, id: string) => {
      const ended = await until(
        "the run has ended",
        async () => {
          const { data } = await controller.call(getRun, { params: { id } })
          return "finishedAt" in data.run ? data : undefined
        },
        300,
      )
      const { data: lines } = await controller.call(getRunLogs, { params: { id } })
      return {
        ...ended,
        statuses: Object.fromEntries(ended.backups.map(({ database, status }) => [database, status])),
        log: lines.map(({ level, message }) => `${level}: ${message}`).join("\n"),
      }
    }
    const tools = async () => {
      const script = "for f in /proc/[0-9]*/cmdline; do tr '\\0' ' ' < $f; echo; done 2>/dev/null"
      const { stdout } = await run(["docker", "exec", server.name, "sh", "-c", script])
      return stdout.split("\n").filter((line) => /^\S*(mysqldump|mariadb-dump)\b/.test(line))
    }

    test("cancelled: all of them are, and nothing is left", async () => {
      const controller = await begin(cancelled)
      const id = await midway(controller)
      expect(files(cancelled).filter((name) => name.startsWith("a_small_"))).toHaveLength(1)
      await controller.call(cancelRun, { params: { id } })
      const { statuses, log } = await outcome(controller, id)
      expect([statuses, log]).toEqual([
        { a_small: "cancelled", m_large: "cancelled", z_small: "cancelled" },
        log,
      ])
      expect(files(cancelled)).toEqual([])
      await until("the tool has ended", async () => (await tools()).length === 0, 20)
    })

    test("when the controller is killed: the next one deletes what has no manifest, and ends the tool", async () => {
      const first = await begin(crashed)
      await midway(first)
      await first.end("SIGKILL")
      expect(files(crashed).length).toBeGreaterThan(0)
      const controller = await begin(crashed)
      await until("what was half-made is gone", () => files(crashed).length === 0, 30)
      const { data: runs } = await controller.call(listRuns)
      expect(runs.map(({ status }) => status)).toEqual(["interrupted"])
      await until("the tool has ended", async () => (await tools()).length === 0, 60)
    })

    /** A dump tool that takes its time before it connects, while there is a file. */
    const holdTool = async () => {
      const tool = image.startsWith("mysql") ? "mysqldump" : "mariadb-dump"
      const script = `case "$*" in *--version* | *--no-data*) ;; *) if [ -e /tmp/slow ]; then sleep 4; fi ;; esac; exec /usr/bin/${tool} "$@"`
      const path = `/usr/local/sbin/${tool}`
      const install = `touch /tmp/slow; printf '#!/bin/sh\n%s\n' "$1" >${path}; chmod 755 ${path}`
      await must(["docker", "exec", server.name, "sh", "-c", install, "sh", script])
    }
    const write = async () => {
      const began = performance.now()
      await server.sql("a_small", "insert into t (x) values ('b')")
      return performance.now() - began
    }
    /** Resolves while writers are held up, with the one that waits. */
    const heldUp = async () => {
      for (;;) {
        const writing = write()
        const waiting = `select count(*) from information_schema.processlist where state like 'Waiting for %lock'`
        const seen = Bun.sleep(500).then(() => server.sql(homeDatabase[server.engine], waiting))
        const first = await Promise.race([writing, seen])
        if (typeof first === "string" && Number(first) > 0) return { writing }
      }
    }

    test("when the tool does not begin under the lock: writers go on, and so does the dump", async () => {
      await holdTool()
      const controller = await begin(slow)
      const { writing } = await heldUp()
      const waited = await writing
      expect(waited).toBeLessThan(6000)
      const [one] = await until("a run", async () => {
        const { data } = await controller.call(listRuns)
        return data.length > 0 ? data : undefined
      })
      const { backups, statuses, log } = await outcome(controller, one?.id ?? "")
      expect([statuses, log]).toEqual([
        { a_small: "completed", m_large: "completed", z_small: "completed" },
        log,
      ])
      expect(log).toContain(
        "warn: the fingerprints will not be of the dump's own snapshot: the dump did not begin within 2000 ms",
      )
      const { data: manifest } = await controller.call(getManifest, { params: { id: backups[0]?.id ?? "" } })
      expect(manifest.fingerprint?.sameSnapshot).toBe(false)
      expect(manifest.snapshot?.lockMilliseconds).toBeGreaterThan(1900)
      expect(manifest.snapshot?.lockMilliseconds).toBeLessThan(5000)
    })

    test("when the controller is killed under the lock: writers go on", async () => {
      const controller = await begin(gone)
      const { writing } = await heldUp()
      await controller.end("SIGKILL")
      expect(await writing).toBeLessThan(15_000)
      expect(await write()).toBeLessThan(5000)
      await must(["docker", "exec", server.name, "rm", "/tmp/slow"])
      await until("the tool has ended", async () => (await tools()).length === 0, 60)
    })

    test("when the server is killed at one: that one fails, and the others have one instant once it is back", async () => {
      const controller = await begin(killed)
      const id = await midway(controller)
      await must(["docker", "kill", server.name])
      await must(["docker", "start", server.name])
      const { statuses, backups, log } = await outcome(controller, id)
      expect([statuses, log]).toEqual([
        { a_small: "completed", m_large: "failed", z_small: "completed" },
        log,
      ])
      const errors = backups.flatMap((backup) => ("error" in backup ? [backup.error.code] : []))
      expect(errors).toEqual(["server-lost"])
      const manifests = await Promise.all(
        backups
          .filter(({ status }) => status === "completed")
          .map(async (backup) => (await controller.call(getManifest, { params: { id: backup.id } })).data),
      )
      expect(manifests.map(({ snapshot }) => snapshot?.scope)).toEqual(["server", "server"])
      expect(manifests[0]?.snapshot).toEqual(manifests[1]?.snapshot as never)
      expect(files(killed).filter((name) => name.startsWith("m_large_"))).toEqual([])
      expect(files(killed)).toHaveLength(4)
    })
  })
}
