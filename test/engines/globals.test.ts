import { describe, expect, test } from "bun:test"
import { planAccounts } from "../../controller/core/globals.ts"
import { mysqlGlobals } from "../../controller/engines/mysql-globals.ts"
import { postgresGlobals } from "../../controller/engines/postgres-globals.ts"
import { statementsOf } from "../../controller/engines/sql-statements.ts"

const anyone = { roles: [], plugins: [] }

describe("globals of PostgreSQL", () => {
  const source = String.raw`
\restrict abc
SET client_encoding = 'UTF8';
CREATE ROLE app;
ALTER ROLE app WITH NOSUPERUSER LOGIN PASSWORD 'SCRAM-SHA-256$4096:x''y$z';
CREATE ROLE "odd; ""one";
ALTER ROLE "odd; ""one" WITH LOGIN PASSWORD E'it\'s \\';
ALTER ROLE app SET search_path TO 'a', 'b';
COMMENT ON ROLE app IS 'it''s; mine';
GRANT readers TO app WITH ADMIN OPTION, INHERIT FALSE GRANTED BY postgres;
GRANT app TO "odd; ""one" WITH INHERIT TRUE GRANTED BY "po st";
GRANT SET ON PARAMETER log_statement TO app;
CREATE TABLESPACE fast OWNER app LOCATION '/fast';
GRANT ALL ON TABLESPACE fast TO app;
\unrestrict abc
`
  const read = postgresGlobals.read(source)

  test("are roles with all that is theirs, and tablespaces, which are not made", () => {
    expect(read.accounts.map(({ name }) => name)).toEqual(["app", 'odd; "one'])
    expect(read.others).toEqual([
      { what: "the tablespace fast", why: "it is a folder of the server: make it by hand" },
    ])
    const [app] = read.accounts
    expect(app?.aspects.password).toEqual([" PASSWORD 'SCRAM-SHA-256$4096:x''y$z'"])
    expect(app?.aspects.attributes).toEqual(["ALTER ROLE app WITH NOSUPERUSER LOGIN"])
    expect(app?.make).toHaveLength(4)
  })

  test("are made in one transaction, memberships last, by whoever runs it", () => {
    const { plan, make } = planAccounts(
      read,
      { accounts: [], others: [] },
      { roles: ["readers"], plugins: [] },
    )
    expect(plan.create).toEqual(["app", 'odd; "one'])
    const { must, undo } = postgresGlobals.compose(make, "17.2")
    expect(undo).toBeNull()
    expect(must).toMatch(
      /begin;\nCREATE ROLE app;[\s\S]*GRANT readers TO app WITH ADMIN OPTION, INHERIT FALSE;\n/,
    )
    expect(must).toEndWith("commit;\n")
    expect(must).not.toContain("GRANTED BY")
    expect(statementsOf(must, "postgres").map(({ text }) => text)).toContain(
      `ALTER ROLE "odd; ""one" WITH LOGIN PASSWORD E'it\\'s \\\\'`,
    )
  })

  test("tell an older server only what it knows", () => {
    const { must } = postgresGlobals.compose(read.accounts, "15.3")
    expect(must).toContain("GRANT readers TO app WITH ADMIN OPTION;\n")
    expect(must).toContain('GRANT app TO "odd; ""one";\n')
  })

  test("leave out a membership of what is not there, and what is there as it is", () => {
    const present = postgresGlobals.read(source.replace("x''y$z", "other").replace("'b'", "'c'"))
    const { plan } = planAccounts(read, { accounts: present.accounts.slice(0, 1), others: [] }, anyone)
    expect(plan).toMatchObject({
      create: ['odd; "one'],
      different: [{ name: "app", differs: ["password", "settings"] }],
    })
    const alone = planAccounts(read, { accounts: [], others: [] }, anyone)
    expect(alone.plan.leftOut.at(-1)).toEqual({ what: "app in readers", why: "there is no readers" })
    expect(postgresGlobals.compose(alone.make, "17").must).not.toContain("GRANT readers")
    expect(JSON.stringify(plan)).not.toContain("SCRAM")
  })
})

describe("globals of MySQL and MariaDB", () => {
  const source = `-- dbbackup: accounts, roles and grants
set session sql_mode = '';
create role if not exists 'readers';
CREATE USER IF NOT EXISTS \`app\`@\`%\` IDENTIFIED WITH 'caching_sha2_password' AS 0x24 REQUIRE NONE COMMENT 'it\\'s; x';
CREATE USER IF NOT EXISTS \`old\`@\`10.%\` IDENTIFIED WITH 'mysql_native_password' AS 0x25;
GRANT USAGE ON *.* TO \`readers\`;
GRANT SELECT ON \`shop\`.* TO \`readers\`;
GRANT \`readers\` TO \`app\`@\`%\` WITH ADMIN OPTION;
GRANT SELECT (\`id\`) ON \`shop\`.\`item\` TO \`app\`@\`%\`;
SET DEFAULT ROLE \`readers\` FOR \`app\`@\`%\`;
flush privileges;
-- dbbackup: end of accounts, roles and grants
`
  const rules = mysqlGlobals("mariadb")
  const read = rules.read(source)

  test("are accounts and roles with their grants", () => {
    expect(read.accounts.map(({ name, plugin }) => [name, plugin])).toEqual([
      ["readers", null],
      ["app@%", "caching_sha2_password"],
      ["old@10.%", "mysql_native_password"],
    ])
    expect(read.others).toEqual([])
    expect(read.accounts[1]?.grants.map(({ needs, ofObject }) => [needs, ofObject])).toEqual([
      [["readers"], false],
      [[], true],
      [["readers"], false],
    ])
  })

  test("leave out who logs in by what the server has not", () => {
    const server = { roles: [], plugins: ["caching_sha2_password"] }
    const { plan } = planAccounts(read, { accounts: [], others: [] }, server)
    expect(plan.create).toEqual(["readers", "app@%"])
    expect(plan.leftOut).toEqual([
      { what: "old@10.%", why: "the server has no mysql_native_password, by which it logs in" },
    ])
  })

  test("are made before any grant; grants on a table may fail; what was made can be taken away", () => {
    const { must, may, undo } = rules.compose(read.accounts, "11.8")
    expect(must.indexOf("CREATE USER IF NOT EXISTS `old`")).toBeLessThan(must.indexOf("GRANT"))
    expect(must).toContain("GRANT `readers` TO `app`@`%` WITH ADMIN OPTION;\n")
    expect(must).not.toContain("`item`")
    expect(may.map(({ statement }) => statement)).toEqual([
      "set session sql_mode = '';\nGRANT SELECT (`id`) ON `shop`.`item` TO `app`@`%`;\n",
    ])
    expect(undo).toBe(
      "set session sql_mode = '';\ndrop role if exists 'readers';\ndrop user if exists `app`@`%`;\ndrop user if exists `old`@`10.%`;\n",
    )
  })
})

test("a text that breaks off in a quote or a statement is refused", () => {
  for (const text of ["CREATE ROLE 'x", "CREATE ROLE x"])
    expect(() => statementsOf(text, "postgres")).toThrow("cannot be read")
})
