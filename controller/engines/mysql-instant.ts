// How a session of MySQL or MariaDB opens a snapshot at the instant at which the dump tool opens its own, under a short lock.

import { Fault } from "../core/fault.ts"
import type { LockedSnapshot, Script } from "./engine.ts"
import * as fingerprint from "./mysql-fingerprint.ts"
import { fromHex } from "./mysql-sql.ts"

const endLine = "dbbackup: end"
const finish = `select '${endLine}';\n`

/** Each of the three locks that the statement takes is waited for so long: meanwhile it holds up those that come after. */
const lockWaitSeconds = 1
/** The server ends a session that is silent for so long, and the lock with it, whatever became of who should unlock. */
const longestHeldSeconds = 5
/** Between two databases of one dump. */
const silenceSeconds = 24 * 3600

/** A statement that runs for longer may run on: the lock would wait for it, and everybody else for the lock. */
const longSeconds = 1
const mostLooks = 8
const betweenLooksSeconds = 0.5

/**
 * MySQL's lock waits for statements that only read, too; after it was given up, whoever comes to the same table still does. MariaDB
 * counts the time of a procedure that runs one short statement after the other; only the number of the statement tells.
 */
const longStatements = {
  mysql: { number: "0", which: "" },
  mariadb: { number: "query_id", which: "\n  and coalesce(info, '') not regexp '^[[:space:]]*select'" },
}
const listLong = ({ number, which }: { readonly number: string; readonly which: string }) =>
  `select 'long', id, ${number}, hex(user), time from information_schema.processlist
where id <> connection_id() and command in ('Query', 'Execute') and time >= ${longSeconds}
  and user not in ('system user', 'event_scheduler')${which}
order by time desc`

/** Without the right PROCESS, which shows the statements of others, this fails. */
const requireSight = "select count(*) into @dbbackup from information_schema.innodb_trx"

const lock = `set session lock_wait_timeout = ${lockWaitSeconds}, session wait_timeout = ${longestHeldSeconds};
set @dbbackup_since = sysdate(6);
flush tables with read lock;
start transaction with consistent snapshot;
`
// The savepoint lets go of the tables that were read after it, so that nobody waits long to change one.
const unlock = `unlock tables;
select 'held', timestampdiff(microsecond, @dbbackup_since, sysdate(6));
set session wait_timeout = ${silenceSeconds}, session lock_wait_timeout = default;
savepoint dbbackup;
`
const letGo = "rollback to savepoint dbbackup;\n"

/** What the tool prints once its transaction has begun; its head, which comes before, has none of these. */
const body =
  /^-- (?:Table structure for|Temporary (?:table|view) structure for|Sequence structure for|Dumping |Current Database: |Dump completed)/m

export function mysqlInstant(engine: "mysql" | "mariadb"): Omit<LockedSnapshot, "session"> {
  return {
    endLine,
    *lock(databases) {
      yield `${fingerprint.settings};\n${requireSight};\n${finish}`
      // Now, not later: values that are drawn go on while a lock holds up only what is written.
      const before = new Map<string, readonly string[]>()
      for (const name of databases) before.set(name, yield `${fingerprint.nextOf(name)};\n${finish}`)
      yield* quiet(`${listLong(longStatements[engine])};\n${finish}`)
      yield `${lock}${finish}`
      return before
    },
    unlock: `${unlock}${finish}`,
    heldMilliseconds(unlocked) {
      const [, microseconds] = unlocked.find((line) => line.startsWith("held\t"))?.split("\t") ?? []
      return Math.max(0, Number(microseconds)) / 1000
    },
    waiting: ({ script, args }: Script) => ({ script: `export DBBACKUP_WAIT=1\n${script}`, args }),
    hasOpened: (printed) => body.test(printed.toString("latin1")),
    *fingerprint(database, level, before) {
      const told = yield `${fingerprint.statementsOf(database, level)};\n${letGo}${finish}`
      const answer = [...before, ...told].join("\n")
      return {
        ...fingerprint.readMysqlFingerprint(answer),
        sameSnapshot: fingerprint.isAllInSnapshot(answer),
      }
    },
  }
}

/** Looks until no statement runs on. Throws a Fault when one does all the time. */
function* quiet(look: string): Generator<string, void, readonly string[]> {
  let was = new Map<string, string>()
  for (let looks = 1; ; looks++) {
    const now = (yield looks === 1 ? look : `do sleep(${betweenLooksSeconds});\n${look}`)
      .map((line) => line.split("\t"))
      .filter(([key]) => key === "long")
      .map(([, id = "", number = "", user, seconds]) => ({ id, number, user: fromHex(user), seconds }))
    const [first] = now.filter(({ id, number }) => (was.get(id) ?? number) === number)
    if (!first) return
    if (looks === mostLooks)
      throw new Fault(
        "server-not-ready",
        `a statement of session ${first.id} (user ${first.user}) has run for ${first.seconds} s, and a lock would wait for it`,
      )
    was = new Map(now.map(({ id, number }) => [id, number]))
  }
}
