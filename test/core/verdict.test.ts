import { describe, expect, test } from "bun:test"
import { databaseIdOf, serverIdOf } from "../../controller/core/key.ts"
import { ageInWords, verdictOf } from "../../controller/core/verdict.ts"
import type { BadCopy } from "../../controller/ports.ts"
import { type DockerStatus, Verdict } from "../../schemas/api.ts"
import type { Problem } from "../../schemas/errors.ts"
import type { Database, Server, ServerState } from "../../schemas/server.ts"
import { aDoubt } from "../state/samples.ts"

const now = new Date("2026-03-01T12:00:00Z")
const connected: DockerStatus = {
  state: "connected",
  endpoint: "unix:///var/run/docker.sock",
  version: "29.0",
  seenAt: null,
  problem: null,
}
const problem = (changes: Partial<Problem> = {}): Problem => ({
  code: "access-denied",
  message: "the password was refused",
  hint: "Set dbbackup.user.",
  key: null,
  suggestion: null,
  ...changes,
})

const aServer = (name: string, state: ServerState = "active", changes: Partial<Server> = {}): Server => ({
  id: serverIdOf(name),
  name,
  engine: "postgres",
  serverVersion: "17.6",
  managed: "label",
  project: null,
  service: null,
  container: null,
  state,
  why: state === "active" ? "backed up by its job default" : "not backed up: there is a reason",
  problems: [],
  jobs: state === "active" ? ["default"] : [],
  suggestedLabels: null,
  ...changes,
})

const aDatabase = (name: string, changes: Partial<Database> = {}, server = aServer("db")): Database => ({
  id: databaseIdOf(server.id, { kind: "database", name }),
  name,
  kind: "database",
  engine: "postgres",
  server,
  managed: "label",
  state: "fresh",
  jobs: server.jobs,
  problems: [],
  lastBackup: {
    id: "b1",
    finishedAt: "2026-03-01T07:00:00.000Z",
    storedBytes: 1,
    durationSeconds: 1,
    copies: ["local"],
  },
  lastAttempt: null,
  suspect: null,
  heldPrune: null,
  lastDrill: null,
  drillWithoutVerdict: null,
  overdueDrill: null,
  nextRunAt: null,
  ...changes,
})
const never = { state: "never", lastBackup: null } as const
const failed = { id: "b2", status: "failed", at: "2026-03-01T08:00:00.000Z", problem: problem() }

function verdict(servers: readonly Server[], databases: readonly Database[], docker = connected) {
  const answer = verdictOf(servers, databases, docker, "dbbackup", now)
  expect(Verdict.safeParse(answer).error).toBeUndefined()
  return answer
}
const db = aServer("db")

describe("all is well", () => {
  test("with the number of databases and the age of the oldest backup", () => {
    const old = {
      id: "b0",
      finishedAt: "2026-02-27T12:00:00.000Z",
      storedBytes: 1,
      durationSeconds: 1,
      copies: [],
    }
    const databases = [aDatabase("a"), aDatabase("b", { lastBackup: old })]
    expect(verdict([db], databases)).toEqual({
      level: "ok",
      sentence: "All 2 databases are backed up; the oldest backup is 2 days old.",
      attention: [],
    })
    expect(verdict([db], databases.slice(0, 1)).sentence).toBe(
      "The one database is backed up; the oldest backup is 5 h old.",
    )
  })

  test("and what a label leaves out is not counted as backed up", () => {
    const leftOut = aDatabase("scratch", { state: "unprotected", jobs: [], lastBackup: null })
    expect(verdict([db], [aDatabase("a"), leftOut]).sentence).toBe(
      "The one database is backed up; the oldest backup is 5 h old.",
    )
  })

  test("and globals are not counted as a database", () => {
    const globals = aDatabase("globals", { kind: "globals" })
    expect(verdict([db], [aDatabase("a"), globals]).sentence).toStartWith("The one database is backed up")
  })

  test("with servers that are gone or switched off, and with mere warnings", () => {
    const servers = [
      aServer("old", "retired"),
      aServer("scratch", "disabled"),
      aServer("db", "active", {
        problems: [problem({ code: "server-warning", message: "2 tables are not InnoDB" })],
      }),
    ]
    const gone = aDatabase("x", never, servers[0])
    expect(verdict(servers, [aDatabase("a"), gone]).level).toBe("ok")
  })
})

describe("there is nothing yet", () => {
  test.each([
    ["no container", [], [], "No database containers were found yet."],
    [
      "none that asks",
      [aServer("db", "disabled")],
      [],
      "Nothing is backed up yet: no container asks for it.",
    ],
    [
      "a server without a database",
      [db],
      [aDatabase("globals", { kind: "globals" })],
      "Nothing is backed up yet: no database was found on the servers that ask for it.",
    ],
  ])("%s", (_, servers, databases, sentence) => {
    expect(verdict(servers, databases)).toEqual({ level: "empty", sentence, attention: [] })
  })
})

describe("a person is needed", () => {
  test("for late, never made and failed backups, each counted once", () => {
    const databases = [
      aDatabase("a", { state: "late", lastAttempt: failed }),
      aDatabase("b", { ...never, lastAttempt: failed }),
      aDatabase("c", never),
      aDatabase("d", { lastAttempt: failed }),
      aDatabase("e", { lastAttempt: { ...failed, status: "interrupted" } }),
      aDatabase("f", { lastAttempt: { ...failed, status: "cancelled" } }),
    ]
    const { level, sentence, attention } = verdict([db], databases)
    expect(level).toBe("attention")
    expect(sentence).toBe(
      "1 database is backed up; 1 database is late, 2 databases were never backed up, 2 databases' last backups failed.",
    )
    expect(attention.map((item) => item.sentence)).toEqual([
      "a on db is late: the password was refused.",
      "b on db was never backed up: the password was refused.",
      "c on db was never backed up.",
      "d on db: the last backup failed: the password was refused.",
      "e on db: the last backup failed: the password was refused.",
    ])
    expect(attention[0]).toMatchObject({
      databaseId: databases[0]?.id,
      serverId: db.id,
      hint: "Set dbbackup.user.",
    })
  })

  test("for a damaged backup, and for copies that are bad, each told once", () => {
    const damage = problem({ code: "copy-mismatch", message: "it has 5 bytes" })
    const finishedAt = "2026-03-01T07:00:00.000Z"
    const broken = aDatabase("a", { suspect: { id: "b1", finishedAt, problem: damage } as never })
    const about = { serverId: db.id, serverName: "db", database: "b", databaseId: aDatabase("b").id }
    const copy = (backupId: string, destination: string, goodAt: readonly string[]) =>
      ({ ...about, backupId, destination, goodAt, problem: damage }) as BadCopy
    const bad = [copy("b1", "local", []), copy("b2", "nas", ["s3"]), copy("b3", "nas", [])]
    const answer = verdictOf([db], [broken, aDatabase("b")], connected, "dbbackup", now, null, bad)
    expect(answer.sentence).toBe(
      "1 database is backed up; 1 database's newest backup is damaged, 3 stored copies are bad.",
    )
    expect(answer.attention.map(({ sentence, hint }) => `${sentence} ${hint}`)).toEqual([
      "a on db has a damaged backup: it has 5 bytes. Set dbbackup.user.",
      "A copy of b on db is bad at nas: it has 5 bytes. It is made again from s3 by itself. Check the health of nas before trusting it.",
      "A copy of b on db is bad at nas: it has 5 bytes. No copy of that backup is good any more, and it is not counted as one: delete it, and check the health of nas.",
    ])
  })

  test("for globals, which are no database", () => {
    const globals = aDatabase("globals", { kind: "globals", ...never })
    expect(verdict([db], [aDatabase("a"), globals]).sentence).toBe(
      "1 database is backed up; 1 server's globals have no recent backup.",
    )
  })

  test("for a server that nobody decided about, with the label in the operator's own prefix", () => {
    const answer = verdictOf([aServer("new", "unprotected")], [], connected, "backup", now)
    expect(answer.sentence).toBe("1 server is unprotected.")
    expect(answer.attention[0]).toEqual({
      databaseId: null,
      serverId: serverIdOf("new"),
      sentence: "new is not backed up: there is a reason.",
      hint: "Add the label backup.enable=true, or backup.enable=false to say that it needs no backup.",
    })
  })

  test("for one server, while the databases that are wanted are fine, and said to be", () => {
    const fine = [aDatabase("a"), aDatabase("b"), aDatabase("c", { state: "paused" })]
    expect(verdict([db, aServer("new", "unprotected")], fine).sentence).toBe(
      "3 databases are backed up; 1 server is unprotected.",
    )
    expect(verdict([db, aServer("new", "unprotected")], fine.slice(0, 1)).sentence).toBe(
      "1 database is backed up; 1 server is unprotected.",
    )
    const lost = { ...connected, state: "unreachable" as const }
    expect(verdict([db], fine, lost).sentence).toBe(
      "The Docker engine cannot be reached; 3 databases are backed up.",
    )
  })

  test("for mistakes and conflicts, in their own words", () => {
    const servers = [
      aServer("a", "misconfigured", { problems: [problem({ message: "dbbackup.shedule: unknown label" })] }),
      aServer("b", "conflict", {
        problems: [problem({ message: "2 running containers claim the name b: x, y" })],
      }),
      aServer("c", "unprotected", {
        problems: [problem({ message: "looks configured, but is not enabled" })],
      }),
    ]
    const { sentence, attention } = verdict(servers, [])
    expect(sentence).toBe("1 server is unprotected, 1 server has mistaken labels, 1 name is claimed twice.")
    expect(attention.map((item) => item.sentence)).toEqual([
      "a: dbbackup.shedule: unknown label.",
      "b: 2 running containers claim the name b: x, y.",
      "c: looks configured, but is not enabled.",
    ])
  })

  test("for a problem of a server whose databases are still fresh", () => {
    const servers = [aServer("db", "active", { problems: [problem()] })]
    expect(verdict(servers, [aDatabase("a")]).sentence).toBe(
      "1 database is backed up; 1 server has a problem.",
    )
    expect(verdict([...servers, aServer("b", "active", { problems: [problem()] })], []).sentence).toBe(
      "2 servers have problems.",
    )
  })

  test("first of all when Docker cannot be reached, with what to do", () => {
    const lost = {
      ...connected,
      state: "unreachable" as const,
      problem: problem({ code: "docker-unreachable", message: "no socket", hint: "Mount it." }),
    }
    const { sentence, attention } = verdict([db], [aDatabase("a", { state: "late" })], lost)
    expect(sentence).toBe("The Docker engine cannot be reached; 1 database is late.")
    expect(attention[0]).toMatchObject({
      sentence: "The Docker engine cannot be reached: no socket.",
      hint: "Mount it.",
    })
  })
})

test.each([
  [-5000, "less than a minute"],
  [59_999, "less than a minute"],
  [60_000, "1 min"],
  [119 * 60_000, "119 min"],
  [120 * 60_000, "2 h"],
  [47.9 * 3_600_000, "47 h"],
  [48 * 3_600_000, "2 days"],
])("an age of %p ms is %s", (milliseconds, words) => {
  expect(ageInWords(milliseconds)).toBe(words)
})

test("a settings file that cannot be used needs a person, and says what stays in force", () => {
  const mistake = problem({ message: "dbbackup.yaml is not valid: line 2", hint: "Correct the file." })
  const answer = verdictOf([db], [aDatabase("a")], connected, "dbbackup", now, mistake)
  expect(answer).toMatchObject({
    level: "attention",
    sentence: "1 database is backed up; the settings file cannot be used.",
    attention: [
      {
        databaseId: null,
        serverId: null,
        sentence: "dbbackup.yaml is not valid: line 2.",
        hint: "Correct the file. Until then the last good settings stay in force.",
      },
    ],
  })
})

test("a catalogue that is being made again needs a person's look, beside what is right", () => {
  const damage = problem({ message: "the catalogue is damaged. It waits for s3", hint: "Nothing is pruned." })
  const answer = verdictOf([db], [aDatabase("a")], connected, "dbbackup", now, null, [], damage)
  expect(answer).toMatchObject({
    level: "attention",
    sentence: "1 database is backed up; the catalogue was damaged and is being made again.",
    attention: [{ sentence: "The catalogue is damaged. It waits for s3.", hint: "Nothing is pruned." }],
  })
})

test("a suspect backup asks for somebody, is told with its reason, and its database does not count as backed up", () => {
  const suspect = { id: "b2", finishedAt: "2026-03-01T07:30:00.000Z", problem: aDoubt }
  const databases = [aDatabase("a"), aDatabase("b", { suspect })]
  const answer = verdict([db], databases)
  expect(answer).toMatchObject({
    level: "attention",
    sentence: "1 database is backed up; 1 database's last backup is suspect.",
  })
  expect(answer.attention).toEqual([
    {
      databaseId: databases[1]?.id as never,
      serverId: db.id,
      sentence: `b on db has a suspect backup: ${aDoubt.message}.`,
      hint: aDoubt.hint,
    },
  ])
  const late = verdict([db], [aDatabase("b", { suspect, state: "late" })])
  expect(late.attention).toHaveLength(2)
})

test("retention that waits is told with what to do, and its database counts as backed up", () => {
  const held = problem({
    code: "prune-held",
    message: "retention would delete 9 of the 12 backups of b at once",
  })
  const heldPrune = { heldAt: "2026-03-01T07:30:00.000Z", backups: 9, of: 12, problem: held }
  const answer = verdict([db], [aDatabase("b", { heldPrune })])
  expect(answer).toMatchObject({
    level: "attention",
    sentence: "1 database is backed up; 1 database's retention waits for a person.",
    attention: [{ sentence: `b on db: ${held.message}.`, hint: held.hint }],
  })
})

test("a database of which only parts are backed up needs a person, and does not count as backed up", () => {
  const databases = [aDatabase("shop"), aDatabase("users", { state: "unprotected" })]
  const { level, sentence, attention } = verdictOf([aServer("db")], databases, connected, "dbbackup", now)
  expect(level).toBe("attention")
  expect(sentence).toBe("1 database is backed up; 1 database is backed up only in part.")
  expect(attention).toEqual([
    expect.objectContaining({
      sentence: "users on db is backed up only in part.",
      hint: expect.stringContaining("a job of its own"),
    }),
  ])
})

test("drills that stay away are told with what to do, unless the last one failed, which is told then", () => {
  const overdueDrill = problem({
    code: "drill-overdue",
    message: "no drill of it has ever passed",
    hint: "Have one made.",
  })
  expect(verdict([db], [aDatabase("shop", { overdueDrill })])).toMatchObject({
    level: "attention",
    sentence: "1 database is backed up; 1 database's drill is overdue.",
    attention: [{ sentence: "shop on db: no drill of it has ever passed.", hint: "Have one made." }],
  })
  const at = "2026-03-01T08:00:00.000Z"
  const lastDrill = {
    backupId: "b7",
    at,
    outcome: "failed",
    recoverySeconds: null,
    problem: problem(),
  } as const
  expect(verdict([db], [aDatabase("shop", { overdueDrill, lastDrill })]).attention).toHaveLength(1)
})

test("a last drill that failed is told until one passes, and once where its backup is damaged for it", () => {
  const failure = problem({ message: "t has 1 rows, 2 were dumped" })
  const drill = { backupId: "b7", at: "2026-03-01T08:00:00.000Z", recoverySeconds: null, problem: failure }
  const failing = aDatabase("shop", { lastDrill: { ...drill, outcome: "failed" } })
  expect(verdict([db], [failing])).toMatchObject({
    level: "attention",
    sentence: "1 database is backed up; 1 database's last drill failed.",
    attention: [{ sentence: "shop on db: the last drill failed: t has 1 rows, 2 were dumped." }],
  })
  const damaged = { id: "b7", finishedAt: drill.at, problem: { ...failure, code: "restore-failed" as const } }
  expect(verdict([db], [{ ...failing, suspect: damaged }]).attention).toHaveLength(1)
  const passed = { ...drill, outcome: "passed", recoverySeconds: 42, problem: null } as const
  expect(verdict([db], [aDatabase("shop", { lastDrill: passed })]).level).toBe("ok")
})
