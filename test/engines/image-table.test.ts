// Each image of the table: who connects by its variables, by the files these may name, and what the image is taken for.
import { afterAll, describe, expect, test } from "bun:test"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { guessEngine } from "../../controller/engines/detect.ts"
import { type ImageRow, imageTable } from "../../controller/engines/image-table.ts"
import common from "../../controller/engines/sh/common.sh" with { type: "text" }
import mysql from "../../controller/engines/sh/mysql.sh" with { type: "text" }
import postgres from "../../controller/engines/sh/postgres.sh" with { type: "text" }
import { run } from "../support/command.ts"

const secret = `it's a $ecret "word"`
const folder = mkdtempSync(join(tmpdir(), "dbbackup-test-"))
const file = join(folder, "secret")
writeFileSync(file, `${secret}\n`)
afterAll(() => rmSync(folder, { recursive: true }))

/** User and password that a container with these variables connects by. */
async function login({ engine }: ImageRow, environment: Readonly<Record<string, string>>) {
  const script = engine === "postgres" ? postgres : mysql
  const show = engine === "postgres" ? '"$PGUSER" "${PGPASSWORD:-}"' : '"$user" "${MYSQL_PWD:-}"'
  const variables = Object.entries(environment).map(([name, value]) => `${name}=${value}`)
  const { code, stdout, stderr } = await run([
    ...["env", "-i", `PATH=${process.env.PATH}`, ...variables],
    ...["sh", "-c", `${common}${script}\nprintf '%s\\n' ${show}`, "dbbackup", "", "", "", engine],
  ])
  if (code !== 0) throw new Error(stderr)
  return stdout.split("\n").slice(0, 2)
}

for (const row of imageTable) {
  describe(`${row.owner}/${row.names.join(", ")}`, () => {
    // Supabase's default hangs on a folder of its image, which the integration tests make.
    const usual = row.owner === "supabase" ? "postgres" : row.user.otherwise

    test("connects by its variables", async () => {
      expect(await login(row, { [row.password]: secret })).toEqual([usual, secret])
      const { variable } = row.user
      if (variable !== null)
        expect(await login(row, { [row.password]: secret, [variable]: "boss" })).toEqual(["boss", secret])
    })

    test("connects by the files they name", async () => {
      for (const name of [`${row.password}_FILE`, `FILE__${row.password}`])
        expect(await login(row, { [name]: file })).toEqual([usual, secret])
    })

    test("is taken for its engine", () => {
      for (const name of row.names)
        expect(guessEngine(`registry.example.com/${row.owner}/${name}:1`, [], [])).toBe(row.engine)
    })

    test("has its socket where the script looks", () => {
      const script = row.engine === "postgres" ? postgres : mysql
      expect(script).toContain(row.socket)
    })
  })
}

test("a replica of bitnami's, and Oracle's variable with a path in it", async () => {
  const [mariadb, server] = [
    imageTable.at(-1),
    imageTable.find(({ owner }) => owner === "mysql"),
  ] as ImageRow[]
  expect(await login(mariadb as ImageRow, { MARIADB_MASTER_ROOT_PASSWORD: secret })).toEqual(["root", secret])
  expect(await login(server as ImageRow, { MYSQL_ROOT_PASSWORD: file })).toEqual(["root", secret])
  expect(await login(server as ImageRow, { MYSQL_ROOT_PASSWORD: "/no/such/file" })).toEqual([
    "root",
    "/no/such/file",
  ])
})
