// What a MySQL or MariaDB server has beside its databases: asked, and read.
import { Fault } from "../core/fault.ts"
import type { Survey } from "../core/survey.ts"
import { fromHex, text } from "./mysql-sql.ts"

const end = "survey-end"
const rolesSeen = "roles-seen"

/** `name`: the database whose sessions are counted. The client goes on after a statement that it may not run. */
export function surveyServer(name: string): string {
  return [
    "set session sql_mode = ''",
    "select 'user', hex(current_user()), @@lower_case_table_names",
    "select 'folder', @@datadir",
    "select 'plugin', plugin_name from information_schema.plugins where plugin_type = 'AUTHENTICATION' and plugin_status = 'ACTIVE'",
    "select 'collation', collation_name from information_schema.collations",
    `select 'connection', hex(user), count(*) from information_schema.processlist
where db = ${text(name)} and id <> connection_id() group by user order by user`,
    "select 'role', hex(concat(user, if(host = '', '', concat('@', host)))) from mysql.user",
    `select '${rolesSeen}' from mysql.user limit 1`,
    `select '${end}'`,
  ].join(";\n")
}

/** Throws a Fault when it is not a whole one. */
export function readMysqlSurvey(stdout: string): Survey {
  const rows = stdout.split("\n").map((line) => line.split("\t"))
  const of = (key: string) => rows.filter(([first]) => first === key)
  const one = (key: string) => of(key)[0]?.[1]
  if (of(end).length === 0) throw new Fault("restore-failed", "the server's answer breaks off")
  const free = one("free")
  return {
    user: fromHex(one("user") ?? ""),
    roles: of(rolesSeen).length === 0 ? null : of("role").map(([, role]) => fromHex(role)),
    extensions: {},
    collations: of("collation").map(([, name = ""]) => name),
    plugins: of("plugin").map(([, name = ""]) => name),
    foldsCase: of("user")[0]?.[2] !== "0",
    freeBytes: free === undefined ? null : Number(free) * 1024,
    connections: of("connection").map(([, user, count]) => ({ user: fromHex(user), count: Number(count) })),
  }
}
