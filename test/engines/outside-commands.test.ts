// The commands in a manifest for a server that has no container: run as they stand, against stand-ins for the tools.
import { afterAll, beforeAll, expect, test } from "bun:test"
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { rulesFor } from "../../controller/engines/registry.ts"
import type { Engine } from "../../schemas/scalar.ts"
import { must } from "../support/command.ts"

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "dbbackup-test-"))
  writeFileSync(join(folder, "the dump.sql"), "the dump\n")
  for (const tool of ["createdb", "pg_restore", "psql", "mysql", "mariadb"]) {
    const path = join(folder, tool)
    writeFileSync(path, `#!/bin/sh\n{ printf '[%s]' ${tool} "$@"; echo; cat; } >>"${folder}/said"\n`)
    chmodSync(path, 0o755)
  }
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const outside = { host: "db.example.com", port: 6543, user: "o'brien" }

async function said(engine: Engine, globals = false): Promise<string> {
  const commands = rulesFor(engine).restoreCommands({
    subject: globals ? { kind: "globals" } : { kind: "database", name: "shop" },
    format: engine === "postgres" && !globals ? "archive" : "sql",
    compression: "none",
    encryption: null,
    fileName: "the dump.sql",
    facts: { attributes: {}, tables: 0 },
    container: "legacy",
    outside,
  })
  rmSync(join(folder, "said"), { force: true })
  const env = { ...process.env, PATH: `${folder}:${process.env.PATH}` } as Record<string, string>
  for (const command of commands)
    await must(["sh", "-ec", `exec </dev/null; ${command.replaceAll("<new database>", "it is back")}`], {
      cwd: folder,
      env,
    })
  expect(commands.join("\n")).not.toContain("docker")
  return readFileSync(join(folder, "said"), "utf8")
}

test("PostgreSQL's go to the server by its address, as the user of the backup", async () => {
  expect(await said("postgres")).toBe(
    "[createdb][-h][db.example.com][-p][6543][-U][o'brien][--template=template0][--][it is back]\n" +
      "[pg_restore][--exit-on-error][-h][db.example.com][-p][6543][-U][o'brien][--dbname=it is back]\nthe dump\n",
  )
  expect(await said("postgres", true)).toBe(
    "[psql][-X][-h][db.example.com][-p][6543][-U][o'brien][-d][postgres]\nthe dump\n",
  )
})

test.each(["mysql", "mariadb"] as const)("%s's do, too", async (engine) => {
  const login = `[${engine}][-uo'brien][-hdb.example.com][-P6543][--protocol=tcp][--default-character-set=utf8mb4]`
  expect(await said(engine)).toBe(
    `${login}\nCREATE DATABASE \`it is back\`\n${login}[--binary-mode][it is back]\nthe dump\n`,
  )
  expect(await said(engine, true)).toBe(`${login}\nthe dump\n`)
})
