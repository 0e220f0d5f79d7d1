// The parts of the scripts that decide who connects, under every shell this machine has.
import { describe, expect, test } from "bun:test"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import common from "../../controller/engines/sh/common.sh" with { type: "text" }
import mysql from "../../controller/engines/sh/mysql.sh" with { type: "text" }
import postgres from "../../controller/engines/sh/postgres.sh" with { type: "text" }
import { run, which } from "../support/command.ts"

const shells = [["sh"], ["dash"], ["bash"], ["bash", "--posix"], ["busybox", "sh"]].filter(
  ([name = ""]) => which(name) !== undefined,
)
const awkward = `it's a $ecret "word" #1 \\ é🐘`

type Env = Readonly<Record<string, string>>

for (const shell of shells) {
  describe(shell.join(" "), () => {
    const decide = async (script: string, show: string, env: Env, args: readonly string[]) => {
      const argv = [
        "env",
        "-i",
        `PATH=${process.env.PATH}`,
        ...Object.entries(env).map(([key, value]) => `${key}=${value}`),
      ]
      const result = await run([
        ...argv,
        ...shell,
        "-c",
        `${common}${script}\nprintf '%s\\n' ${show}`,
        "dbbackup",
        ...args,
      ])
      return result.code === 0
        ? result.stdout.split("\n").slice(0, -1)
        : [`${result.code}`, result.stderr.trim()]
    }
    const asPostgres = (env: Env, user = "", variable = "", file = "") =>
      decide(postgres, '"$PGUSER" "${PGPASSWORD:-}" "$PGPORT" "$own_database"', env, [user, variable, file])
    const asMysql = (env: Env, user = "", variable = "", file = "") =>
      decide(mysql, '"$user" "${MYSQL_PWD:-}" "$as"', env, [user, variable, file, "mariadb"])

    test("PostgreSQL: the image's conventions, official and bitnami", async () => {
      expect(await asPostgres({})).toEqual(["postgres", "", "5432", "postgres"])
      expect(
        await asPostgres({ POSTGRES_USER: "boss", POSTGRES_PASSWORD: awkward, POSTGRES_DB: "app" }),
      ).toEqual(["boss", awkward, "5432", "app"])
      expect(
        await asPostgres({
          POSTGRESQL_USERNAME: "app",
          POSTGRESQL_PASSWORD: "a",
          POSTGRESQL_DATABASE: "shop",
          POSTGRESQL_PORT_NUMBER: "6432",
        }),
      ).toEqual(["app", "a", "6432", "shop"])
      expect(
        await asPostgres({
          POSTGRESQL_USERNAME: "app",
          POSTGRESQL_PASSWORD: "a",
          POSTGRESQL_POSTGRES_PASSWORD: "p",
        }),
      ).toEqual(["postgres", "p", "5432", "postgres"])
    })

    test("PostgreSQL: labels win, and the image's password only goes with the image's user", async () => {
      const env = { POSTGRES_USER: "boss", POSTGRES_PASSWORD: "p", OTHER: awkward }
      expect(await asPostgres(env, "app")).toEqual(["app", "", "5432", "boss"])
      expect(await asPostgres(env, "boss")).toEqual(["boss", "p", "5432", "boss"])
      expect(await asPostgres(env, "app", "OTHER")).toEqual(["app", awkward, "5432", "boss"])
      expect(await asPostgres(env, "", "OTHER")).toEqual(["boss", awkward, "5432", "boss"])
    })

    test("MySQL and MariaDB: the image's conventions in their order", async () => {
      expect(await asMysql({})).toEqual(["root", "", ""])
      expect(await asMysql({ MYSQL_ROOT_PASSWORD: awkward, MYSQL_USER: "app" })).toEqual([
        "root",
        awkward,
        "",
      ])
      expect(await asMysql({ MARIADB_ROOT_PASSWORD: "new", MYSQL_ROOT_PASSWORD: "old" })).toEqual([
        "root",
        "new",
        "",
      ])
      expect(
        await asMysql({ MYSQL_ALLOW_EMPTY_PASSWORD: "1", MYSQL_USER: "app", MYSQL_PASSWORD: "x" }),
      ).toEqual(["root", "", ""])
      expect(
        await asMysql({ MYSQL_RANDOM_ROOT_PASSWORD: "1", MYSQL_USER: "app", MYSQL_PASSWORD: "x" }),
      ).toEqual(["app", "x", ""])
      const socketUser = { MARIADB_MYSQL_LOCALHOST_USER: "1", MARIADB_MYSQL_LOCALHOST_GRANTS: "ALL" }
      expect(await asMysql({ ...socketUser, MARIADB_USER: "app", MARIADB_PASSWORD: "x" })).toEqual([
        "mysql",
        "",
        "mysql",
      ])
      expect(await asMysql({ ...socketUser, MYSQL_PWD: "stale" }, "mysql")).toEqual(["mysql", "", "mysql"])
    })

    test("MySQL and MariaDB: labels win", async () => {
      const env = { MYSQL_ROOT_PASSWORD: "r", MYSQL_USER: "app", MYSQL_PASSWORD: "a", OTHER: awkward }
      expect(await asMysql(env, "app")).toEqual(["app", "a", ""])
      expect(await asMysql(env, "backup", "OTHER")).toEqual(["backup", awkward, ""])
      expect(await asMysql(env, "", "OTHER")).toEqual(["root", awkward, ""])
      expect(await asMysql(env, "stranger")).toEqual(["stranger", "", ""])
    })

    test("files, by the image's variables, linuxserver's and the labels'", async () => {
      const folder = mkdtempSync(join(tmpdir(), "dbbackup-test-"))
      const file = join(folder, "pass word")
      writeFileSync(file, `${awkward}\n`)
      expect((await asPostgres({ POSTGRES_PASSWORD_FILE: file })).slice(0, 2)).toEqual(["postgres", awkward])
      expect(await asMysql({ MYSQL_ROOT_PASSWORD_FILE: file })).toEqual(["root", awkward, ""])
      expect(await asMysql({ FILE__MYSQL_ROOT_PASSWORD: file })).toEqual(["root", awkward, ""])
      expect(await asMysql({}, "backup", "", file)).toEqual(["backup", awkward, ""])
      rmSync(folder, { recursive: true })
      expect((await asMysql({}, "", "", file))[1]).toBe(
        `dbbackup: access-denied: the file ${file}, named by dbbackup.password-file, cannot be read in the container`,
      )
      expect((await asPostgres({ POSTGRES_PASSWORD_FILE: file })).slice(0, 2)).toEqual(["postgres", ""])
    })

    test("a label that does not name a variable is refused before it reaches eval", async () => {
      for (const name of ["a;touch /tmp/x", "$(id)", "1A", "A B"])
        expect(await asPostgres({}, "", name)).toEqual([
          "96",
          "dbbackup: access-denied: dbbackup.password-env does not name a variable",
        ])
    })
  })
}
