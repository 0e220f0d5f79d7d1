// The mark of a database that a restore is filling, on every engine: only what carries it is dropped.
import { afterAll, describe, expect, setDefaultTimeout, test } from "bun:test"
import { rulesFor } from "../../controller/engines/registry.ts"
import { runScript } from "../support/docker-cli.ts"
import { engineOf, homeDatabase, startServer, type TestServer } from "../support/servers.ts"

setDefaultTimeout(180_000)
const facts = { attributes: {}, tables: 0 }

for (const image of ["postgres:17", "mysql:9", "mariadb:11.8"]) {
  describe(image, () => {
    const rules = rulesFor(engineOf(image))
    const [mine, others] = ["01a20c2e-0000", "01a20c2e-1111"]
    // What a name may hold that SQL and shells would read.
    const name = "half `m'ade\\ $x"
    let server: TestServer | undefined
    afterAll(() => server?.remove())

    test("is dropped by its own restore, not by another one, and not once it was released", async () => {
      server = await startServer(image, {}, ["--network", "none"])
      await server.ready()
      const { name: container } = server
      const must = async (script: Parameters<typeof runScript>[1]) => {
        const { code, stdout, stderr } = await runScript(container, script)
        expect({ code, stderr }).toEqual({ code: 0, stderr: "" })
        return stdout.trim()
      }
      const exists = async () =>
        (await (server as TestServer).sql(homeDatabase[rules.engine], listed[rules.engine])).includes(
          Buffer.from(name).toString("hex"),
        )
      await must(rules.createDatabase(name, facts, {}))
      expect(await must(rules.dropUnfinished(name, mine, {}))).toBe("")
      await must(rules.claim(name, mine, {}))
      expect(
        rules.readFacts({ code: 0, stderr: "", stdout: await must(rules.inspect(name, {})) }).tables,
      ).toBe(0)
      expect(await must(rules.dropUnfinished(name, others, {}))).toBe("")
      expect(await exists()).toBe(true)
      expect(await must(rules.dropUnfinished(name, mine, {}))).toBe("dropped")
      expect(await exists()).toBe(false)
      expect(await must(rules.dropUnfinished(name, mine, {}))).toBe("")
      await must(rules.createDatabase(name, facts, {}))
      await must(rules.claim(name, mine, {}))
      await must(rules.release(name, {}))
      expect(await must(rules.dropUnfinished(name, mine, {}))).toBe("")
      expect(await exists()).toBe(true)
    })
  })
}

// As hexadecimal digits: the clients write a backslash twice.
const listed = {
  postgres: "select encode(convert_to(datname, 'UTF8'), 'hex') from pg_database",
  mysql: "select lower(hex(schema_name)) from information_schema.schemata",
  mariadb: "select lower(hex(schema_name)) from information_schema.schemata",
}
