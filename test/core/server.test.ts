import { describe, expect, test } from "bun:test"
import { serverIdOf } from "../../controller/core/key.ts"
import { requireRestorable } from "../../controller/core/restorable.ts"
import { type DerivationSettings, type DerivedServer, deriveServers } from "../../controller/core/server.ts"
import type { ContainerFacts, ServerRecord } from "../../controller/ports.ts"
import { noRetention } from "../../schemas/retention.ts"
import type { ServerId } from "../../schemas/server.ts"
import { aContainer, guess, labelled, operator } from "./samples.ts"

const derive = (
  containers: readonly ContainerFacts[],
  settings: DerivationSettings = operator(),
  remembered: readonly ServerRecord[] = [],
): readonly DerivedServer[] =>
  deriveServers(containers, settings, new Map(remembered.map((record) => [record.id, record])), guess)

function one(...args: Parameters<typeof derive>): DerivedServer {
  const [server, ...more] = derive(...args)
  if (!server || more.length > 0) throw new Error(`not one server: ${more.length + (server ? 1 : 0)}`)
  return server
}

const remembering = (goodLabels: Readonly<Record<string, string>>, name = "shop/db"): ServerRecord => ({
  id: serverIdOf(name),
  name,
  project: "shop",
  service: "db",
  engine: "postgres",
  serverVersion: "17.6",
  containerName: "shop-db-1",
  image: "postgres:17",
  goodLabels,
  lastSeenAt: new Date("2026-03-01"),
  managed: "label",
  retiredAt: null,
})
const scaled = (number: string) => ({ "com.docker.compose.container-number": number })
const bareNames = { "com.docker.compose.project": "", "com.docker.compose.service": "" }

describe("a server's identity", () => {
  test("is dbbackup.id, else compose project and service, else the container's name", () => {
    expect(one([labelled({ enable: "true", id: "orders" })]).name).toBe("orders")
    expect(one([labelled({ enable: "true" })])).toMatchObject({ id: "shop~db", name: "shop/db" })
    expect(one([labelled({ enable: "true" }, { labels: bareNames, name: "pg" })]).id).toBe("pg" as ServerId)
  })

  test("has the number only when the service is scaled above one", () => {
    const containers = ["1", "2", "3"].map((number) =>
      labelled({ enable: "true" }, { id: number, name: `shop-db-${number}`, labels: scaled(number) }),
    )
    expect(derive(containers).map(({ name, state }) => [name, state])).toEqual([
      ["shop/db", "active"],
      ["shop/db/2", "active"],
      ["shop/db/3", "active"],
    ])
  })

  test("stays when the container is recreated, renamed or upgraded", () => {
    const before = one([labelled({ enable: "true" })])
    const after = one([
      labelled({ enable: "true" }, { id: "0ther", name: "x_shop-db-1", image: "postgres:18" }),
    ])
    expect(after.id).toBe(before.id)
    expect(after.jobs.map(({ id, fingerprint }) => [id, fingerprint])).toEqual(
      before.jobs.map(({ id, fingerprint }) => [id, fingerprint]),
    )
  })

  test("is not taken from an id with a mistake, which never reaches a path", () => {
    for (const id of ["../../etc", "a\nb", "", "x".repeat(65_536), "a b"]) {
      const server = one([labelled({ enable: "true", id })])
      expect(server).toMatchObject({ id: "shop~db", name: "shop/db", state: "misconfigured" })
      expect(server.problems.map(({ key }) => key)).toEqual(["dbbackup.id"])
    }
  })
})

describe("two containers with one identity", () => {
  const twin = (changes: Partial<ContainerFacts>) => labelled({ enable: "true", id: "orders" }, changes)

  test("are a conflict when both run: both named, none backed up", () => {
    const server = one([twin({ id: "1", name: "b" }), twin({ id: "2", name: "a" })])
    expect(server).toMatchObject({ state: "conflict", jobs: [] })
    expect(server.why).toBe("not backed up: 2 running containers claim the name orders: a, b")
    expect(server.problems[0]).toMatchObject({ code: "identity-conflict", key: "dbbackup.id" })
  })

  test("are a conflict when one of them is paused", () => {
    expect(one([twin({ id: "1", name: "a" }), twin({ id: "2", name: "b", state: "paused" })]).state).toBe(
      "conflict",
    )
  })

  test("are none when only one runs: it is the server, whichever comes first", () => {
    const old = twin({ id: "1", name: "old", state: "exited" })
    const running = twin({ id: "2", name: "new" })
    for (const containers of [
      [old, running],
      [running, old],
    ])
      expect(one(containers)).toMatchObject({ state: "active", container: { name: "new" } })
  })

  test("are none when both are stopped: the one that started last is the server", () => {
    const stopped = (name: string, startedAt: string | null) =>
      twin({ id: name, name, startedAt, state: "exited" })
    const containers = [
      stopped("never", null),
      stopped("older", "2026-03-01T00:00:00Z"),
      stopped("newer", "2026-03-02T00:00:00Z"),
    ]
    expect(one(containers).container.name).toBe("newer")
    expect(one(containers.toReversed()).container.name).toBe("newer")
  })

  test("are none when one of them says enable=false, or nothing: it claims no name", () => {
    const claimant = twin({ id: "1", name: "new" })
    for (const labels of [{ enable: "false" }, { schedule: "daily" }]) {
      const other = labelled({ id: "orders", ...labels }, { id: "2", name: "old" })
      for (const containers of [
        [claimant, other],
        [other, claimant],
      ])
        expect(one(containers)).toMatchObject({ state: "active", container: { name: "new" } })
    }
  })

  test("are a conflict when one has mistakes in its labels: it asks for the name all the same", () => {
    const mistaken = labelled({ enable: "true", id: "orders", shedule: "daily" }, { id: "2", name: "b" })
    expect(one([twin({ id: "1", name: "a" }), mistaken]).state).toBe("conflict")
  })

  test("do not touch the servers beside them", () => {
    const other = labelled({ enable: "true" }, { id: "3", name: "wiki-db-1" })
    const servers = derive([twin({ id: "1", name: "a" }), twin({ id: "2", name: "b" }), other])
    expect(servers.map(({ name, state }) => [name, state])).toEqual([
      ["orders", "conflict"],
      ["shop/db", "active"],
    ])
  })
})

describe("which containers are servers", () => {
  test("a database server without labels is listed as unprotected, with the reason", () => {
    expect(one([aContainer()])).toMatchObject({
      state: "unprotected",
      why: "not backed up: the container has no dbbackup.enable label",
      problems: [],
      jobs: [],
    })
  })

  test("one with labels but not enable is unprotected, and the forgotten label is named", () => {
    const server = one([labelled({ schedule: "hourly" })])
    expect(server).toMatchObject({ state: "unprotected", jobs: [] })
    expect(server.problems[0]).toMatchObject({ code: "not-enabled", suggestion: "dbbackup.enable=true" })
  })

  test("any other container without labels is not listed; with them it is", () => {
    const web = { name: "web", image: "nginx" }
    expect(derive([aContainer(web)])).toEqual([])
    expect(one([labelled({ enable: "true" }, web)])).toMatchObject({ state: "active", engine: null })
    expect(one([labelled({ enable: "true", type: "mysql" }, web)]).engine).toBe("mysql")
  })

  test("enable=false is said, with every mistake beside it forgiven", () => {
    expect(one([labelled({ enable: "false", nonsense: "x" })])).toMatchObject({
      state: "disabled",
      why: "not backed up: dbbackup.enable=false says so",
      problems: [],
    })
  })

  test("one-off containers of compose and the controller's own helpers are not", () => {
    const oneOff = labelled({ enable: "true" }, { labels: { "com.docker.compose.oneoff": "True" } })
    expect(derive([oneOff, labelled({ enable: "true", internal: "true" })])).toEqual([])
  })

  test("stopped ones are: a server that is down must not be forgotten", () => {
    expect(one([labelled({ enable: "true" }, { state: "exited" })])).toMatchObject({ state: "active" })
  })

  test("one that is not running has its jobs, and says that they cannot run, and what to do", () => {
    const commands = {
      created: "docker start",
      exited: "docker start",
      dead: "docker start",
      paused: "docker unpause",
    }
    for (const [state, command] of Object.entries(commands)) {
      const server = one([labelled({ enable: "true" }, { state })])
      expect(server.jobs).toHaveLength(1)
      expect(server.why).toBe(`backed up by its job default once its container runs (it is ${state})`)
      expect(server.problems).toMatchObject([
        { code: "server-down", message: `the container of shop/db is not running (${state})` },
      ])
      expect(server.problems[0]?.hint).toStartWith(`Start it: ${command} shop-db-1. `)
      // They are good labels all the same.
      expect(server.goodLabels).toEqual({ "dbbackup.enable": "true" })
    }
    const looping = one([labelled({ enable: "true" }, { state: "restarting" })])
    expect(looping.problems[0]?.hint).toStartWith(
      "It ends each time it is started: docker logs shop-db-1 says why. ",
    )
    expect(one([labelled({ enable: "false" }, { state: "exited" })]).problems).toEqual([])
  })

  test("come sorted by name, in whatever order Docker lists them", () => {
    const containers = ["c", "a", "b"].map((id) => labelled({ enable: "true", id }, { id, name: id }))
    expect(derive(containers).map(({ name }) => name)).toEqual(["a", "b", "c"])
  })
})

describe("automatic discovery", () => {
  const auto = operator({ discovery: "auto" })

  test("backs a database server up with the defaults, and nothing else", () => {
    const servers = derive([aContainer(), aContainer({ id: "2", name: "web", image: "nginx" })], auto)
    expect(servers.map(({ state, jobs }) => [state, jobs.map(({ name }) => name)])).toEqual([
      ["active", ["default"]],
    ])
  })

  test("leaves out what says enable=false", () => {
    expect(one([labelled({ enable: "false" })], auto).state).toBe("disabled")
  })

  test("keeps what ran without labels when the first label has a mistake", () => {
    const server = one([labelled({ schedule: "hourli" })], auto, [remembering({})])
    expect(server).toMatchObject({ state: "active", goodLabels: null })
    expect(server.problems).toHaveLength(1)
  })
})

describe("mistakes in the labels", () => {
  const good = { "dbbackup.enable": "true", "dbbackup.schedule": "hourly" }

  test("of a new server leave it without jobs, with the reason", () => {
    expect(one([labelled({ enable: "true", schedule: "sometimes" })])).toMatchObject({
      state: "misconfigured",
      why: "not backed up: its labels have mistakes",
      jobs: [],
    })
  })

  test("leave the last good labels in force, with the mistakes in sight", () => {
    const mistakes = [
      { enable: "true", schedule: "sometimes" },
      { enable: "true", shedule: "daily" },
      { enable: "" },
      { enable: "treu" },
      { enable: "true", destinations: "nowhere" },
    ]
    for (const labels of mistakes) {
      const server = one([labelled(labels)], operator(), [remembering(good)])
      expect(server.state).toBe("active")
      expect(server.why).toEndWith("by its last good labels: the new ones have mistakes")
      expect(server.jobs.map(({ spec }) => spec.schedule.text)).toEqual(["hourly"])
      expect(server.problems).toHaveLength(1)
      // What is remembered as good must not be replaced by what is not.
      expect(server.goodLabels).toBeNull()
    }
  })

  test("stop no other container", () => {
    const servers = derive([
      labelled({ enable: "true", id: "a", schedule: "constructor" }, { id: "1" }),
      labelled({ enable: "true", id: "b" }, { id: "2" }),
    ])
    expect(servers.map(({ name, state }) => [name, state])).toEqual([
      ["a", "misconfigured"],
      ["b", "active"],
    ])
  })

  test("are not covered by remembered labels that are no longer good themselves", () => {
    const records = [
      remembering({ ...good, "dbbackup.schedule": "whenever" }),
      remembering({ ...good, "dbbackup.destinations": "gone" }),
      remembering({}),
    ]
    for (const record of records)
      expect(one([labelled({ enable: "true", shedule: "daily" })], operator(), [record]).state).toBe(
        "misconfigured",
      )
  })

  test("do not count when the label is taken away: that is a wish", () => {
    expect(one([labelled({ schedule: "hourly" })], operator(), [remembering(good)]).state).toBe("unprotected")
    expect(one([aContainer()], operator(), [remembering(good)]).state).toBe("unprotected")
  })
})

describe("one instant for all databases", () => {
  test("is what PostgreSQL cannot show, and is backed up without", () => {
    const server = one([labelled({ enable: "true", snapshot: "server" })])
    expect(server).toMatchObject({
      state: "active",
      problems: [{ code: "label-not-in-force", key: "dbbackup.snapshot", suggestion: "database" }],
    })
    expect(one([labelled({ enable: "true", snapshot: "database" })]).problems).toEqual([])
    expect(one([labelled({ enable: "true" })]).problems).toEqual([])
    expect(one([labelled({ enable: "true", snapshot: "server", type: "mysql" })]).problems).toEqual([])
  })
})

describe("labels that are not in force yet", () => {
  const good = { "dbbackup.enable": "true", "dbbackup.schedule": "hourly" }

  test("are said, and the server is backed up without them", () => {
    const server = one([labelled({ enable: "true", notify: "team" })])
    expect(server).toMatchObject({ state: "active", goodLabels: { "dbbackup.notify": "team" } })
    expect(server.problems).toMatchObject([{ code: "label-not-in-force", key: "dbbackup.notify" }])
  })

  test("stop the backup where it would betray what was asked", () => {
    expect(one([labelled({ enable: "true", "offsite.lock": "30d" })])).toMatchObject({
      state: "misconfigured",
      why: "not backed up: its labels ask for what is not in force",
      jobs: [],
      goodLabels: null,
      problems: [{ code: "label-not-in-force" }],
    })
  })

  test("leave the last good labels in force, when there are any that may be", () => {
    const asks = [labelled({ enable: "true", lock: "30d" })]
    expect(one(asks, operator(), [remembering(good)])).toMatchObject({ state: "active", goodLabels: null })
    const newer = remembering({ ...good, "dbbackup.lock": "30d" })
    expect(one(asks, operator(), [newer]).state).toBe("misconfigured")
  })

  test("are told of the engine that the image or the label names", () => {
    const mysql = { image: "mysql:9" }
    expect(one([labelled({ enable: "true", format: "plain" }, mysql)]).problems).toEqual([])
    expect(one([labelled({ enable: "true", format: "plain" })]).problems).toEqual([])
    expect(one([labelled({ enable: "true", format: "custom" }, mysql)]).problems).toHaveLength(1)
    expect(one([labelled({ enable: "true", format: "plain", type: "mariadb" })]).problems).toEqual([])
  })
})

describe("labels that ask for encryption", () => {
  const plain = { "dbbackup.enable": "true", "dbbackup.schedule": "hourly" }
  const knows = operator({ keys: ["ops", "team"] })
  const asking = (value: string, more = {}) => [labelled({ enable: "true", encrypt: value, ...more })]

  test("name a key that is defined, for the whole server or one job", () => {
    expect(one(asking("ops"), knows)).toMatchObject({ state: "active", problems: [] })
    const server = one([labelled({ enable: "true", "weekly.encrypt": "team" })], knows)
    expect(server.jobs.map(({ spec }) => spec.encrypt)).toEqual(["none", "team"])
  })

  test("stop the backup when no such key is defined, and are told the known ones", () => {
    expect(one(asking("opps"), knows)).toMatchObject({
      state: "misconfigured",
      jobs: [],
      goodLabels: null,
      problems: [
        {
          code: "key-unknown",
          key: "dbbackup.encrypt",
          message: "there is no encryption key named opps",
          hint: "Did you mean ops? Defined are: ops, team.",
          suggestion: "ops",
        },
      ],
    })
    expect(one(asking("ops")).problems[0]?.hint).toStartWith("None is defined: dbbackup key generate")
  })

  test("are never answered with earlier labels that leave plain what they hide, whatever else is wrong in them", () => {
    for (const wrong of [
      asking("opps"),
      asking("ops", { shedule: "daily" }),
      [labelled({ enable: "true", encryption: "ops" })],
      [labelled({ enable: "true", "weekly.encrypt": "Not A Name" })],
    ])
      expect(one(wrong, knows, [remembering(plain)])).toMatchObject({ state: "misconfigured", jobs: [] })
  })

  test("leave earlier ones in force that encrypt everything", () => {
    const encrypted = remembering({ ...plain, "dbbackup.encrypt": "team" })
    const server = one(asking("opps"), knows, [encrypted])
    expect(server).toMatchObject({ state: "active", problems: [{ code: "key-unknown" }] })
    expect(server.jobs.map(({ spec }) => spec.encrypt)).toEqual(["team"])
    const partly = remembering({ ...plain, "dbbackup.weekly.encrypt": "team" })
    expect(one(asking("opps"), knows, [partly]).state).toBe("misconfigured")
  })

  test("stop it as well when the operator takes the key away", () => {
    const encrypted = remembering({ ...plain, "dbbackup.encrypt": "gone" })
    expect(one(asking("gone"), knows, [encrypted])).toMatchObject({ state: "misconfigured", jobs: [] })
  })

  test("are not taken for asking when they say none", () => {
    const wrong = [labelled({ enable: "true", encrypt: "none", shedule: "daily" })]
    expect(one(wrong, knows, [remembering(plain)]).state).toBe("active")
  })
})

describe("which restores a server takes", () => {
  const restoreOf = (labels: Readonly<Record<string, string>>, before?: Readonly<Record<string, string>>) =>
    one([labelled(labels)], operator(), before ? [remembering(before)] : []).restore

  test("is what its label says, and all when it says nothing", () => {
    expect(restoreOf({ enable: "true" })).toBe("allow")
    expect(restoreOf({ enable: "true", restore: "new-only" })).toBe("new-only")
    expect(restoreOf({ enable: "true", restore: "deny" })).toBe("deny")
  })

  test("is the stricter of the new labels and the last good ones, when the new ones have mistakes", () => {
    const good = { "dbbackup.enable": "true" }
    const denied = { ...good, "dbbackup.restore": "deny" }
    const mistake = { enable: "true", shedule: "daily" }
    expect(restoreOf({ ...mistake, restore: "deny" }, good)).toBe("deny")
    expect(restoreOf({ ...mistake, restore: "allow" }, denied)).toBe("deny")
    expect(restoreOf(mistake, denied)).toBe("deny")
    expect(restoreOf({ enable: "true" }, denied)).toBe("allow")
  })

  test("is asked before any restore", () => {
    expect(() => requireRestorable({ name: "shop/db", restore: "deny" }, "new")).toThrow(
      "shop/db takes no restores",
    )
    for (const restore of ["allow", "new-only"] as const)
      requireRestorable({ name: "shop/db", restore }, "new")
    requireRestorable({ name: "shop/db", restore: "new-only" }, "globals")
    requireRestorable({ name: "shop/db", restore: "allow" }, "swap")
    for (const restore of ["deny", "new-only"] as const)
      for (const mode of ["swap", "clean", "replace"] as const)
        expect(() => requireRestorable({ name: "shop/db", restore }, mode)).toThrow(`restore=${restore}`)
    requireRestorable(undefined, "swap")
  })
})

describe("what is in force", () => {
  test("is the label's, the operator's or the default, each with its source, in the order of the vocabulary", () => {
    const settings = operator({
      policies: new Map([["gold", { ...noRetention, daily: 30 }]]),
      defaults: { retention: "gold", timeout: "1h", destinations: "offsite" },
    })
    const [job] = one([labelled({ enable: "true", timeout: "2h", "meta.owner": "x" })], settings).jobs
    expect(job?.spec.retention).toEqual({ ...noRetention, daily: 30 })
    expect(job?.destinations).toEqual(["offsite"])
    const shown = job?.settings.map(({ key, value, source }) => `${key}=${value} ${source}`) ?? []
    expect(shown.slice(0, 8)).toEqual([
      "databases=all default",
      "globals=true default",
      "schedule=daily default",
      "timezone=UTC settings",
      "on-missed=run-once default",
      "retention=gold settings",
      "destinations=offsite settings",
      "jitter=0 default",
    ])
    expect(shown).toContain("timeout=2h label")
    expect(shown.at(-1)).toBe("meta.owner=x label")
  })

  test("is read anew when the operator's settings change", () => {
    const labels = [labelled({ enable: "true", retention: "gold" })]
    const daysKept = (daily: number) =>
      one(labels, operator({ policies: new Map([["gold", { ...noRetention, daily }]]) })).jobs[0]
    expect(daysKept(30)?.spec.retention.daily).toBe(30)
    expect(daysKept(7)?.spec.retention.daily).toBe(7)
    expect(daysKept(7)?.fingerprint).not.toBe(daysKept(30)?.fingerprint)
    expect(one(labels).state).toBe("misconfigured")
  })

  test("stays in force when the operator takes a policy away that labels name", () => {
    const labels = [
      labelled({ enable: "true", retention: "gold", "weekly.retention": "gold", "meta.retention": "gold" }),
    ]
    const policies = new Map([["gold", { ...noRetention, daily: 30, last: 2 }]])
    const before = one(labels, operator({ policies }))
    expect(before.goodLabels).toMatchObject({
      "dbbackup.retention": "30d last=2",
      "dbbackup.weekly.retention": "30d last=2",
      "dbbackup.meta.retention": "gold",
    })
    const after = one(labels, operator(), [remembering(before.goodLabels ?? {})])
    expect(after).toMatchObject({ state: "active", goodLabels: null })
    expect(after.jobs.map(({ spec }) => spec.retention)).toEqual(
      before.jobs.map(({ spec }) => spec.retention),
    )
    expect(after.problems.map(({ key }) => key)).toEqual(["dbbackup.retention", "dbbackup.weekly.retention"])
  })

  test("names a mistyped destination under the label that says it, with the nearest", () => {
    expect(one([labelled({ enable: "true", "weekly.destinations": "offsit" })]).problems).toMatchObject([
      { code: "destination-unknown", key: "dbbackup.weekly.destinations", suggestion: "offsite" },
    ])
  })

  test("the label's zone and destinations win over the operator's, and each says where it is from", () => {
    const settings = operator({ timeZone: "Europe/Berlin" })
    const [plain] = one([labelled({ enable: "true" })], settings).jobs
    expect(plain).toMatchObject({ timeZone: "Europe/Berlin", destinations: ["local", "offsite"] })
    expect(plain?.settings).toContainEqual({ key: "timezone", value: "Europe/Berlin", source: "settings" })
    expect(plain?.settings).toContainEqual({
      key: "destinations",
      value: "local,offsite",
      source: "settings",
    })
    const [own] = one([labelled({ enable: "true", timezone: "UTC", destinations: "local" })], settings).jobs
    expect(own).toMatchObject({ timeZone: "UTC", destinations: ["local"] })
    expect(own?.settings).toContainEqual({ key: "timezone", value: "UTC", source: "label" })
  })

  test("an unknown destination is named once, with those there are", () => {
    const labels = { enable: "true", destinations: "local,nas", "weekly.destinations": "nas" }
    expect(one([labelled(labels)]).problems).toEqual([
      {
        code: "destination-unknown",
        message: "there is no destination named nas",
        hint: "Defined are: local, offsite.",
        key: "dbbackup.destinations",
        suggestion: null,
      },
    ])
  })

  test("only our own labels are remembered as good", () => {
    const labels = { "com.example.password": "secret" }
    expect(one([labelled({ enable: "true" }, { labels })]).goodLabels).toEqual({ "dbbackup.enable": "true" })
  })

  test("a helper is no server, also not for a controller with another prefix", () => {
    for (const prefix of ["dbbackup", "other"])
      expect(deriveServers([labelled({ internal: "true" })], operator({ prefix }), new Map(), guess)).toEqual(
        [],
      )
  })

  test("another prefix has its own servers and none of ours", () => {
    const theirs = operator({ prefix: "other" })
    expect(one([labelled({ enable: "true" })], theirs).state).toBe("unprotected")
    expect(one([aContainer({ labels: { "other.enable": "true" } })], theirs).state).toBe("active")
  })
})
