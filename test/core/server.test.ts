import { describe, expect, test } from "bun:test"
import { serverIdOf } from "../../controller/core/key.ts"
import { type DerivationSettings, type DerivedServer, deriveServers } from "../../controller/core/server.ts"
import type { ContainerFacts, ServerRecord } from "../../controller/ports.ts"
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

describe("what is in force", () => {
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

  test("another prefix has its own servers and none of ours", () => {
    const theirs = operator({ prefix: "other" })
    expect(one([labelled({ enable: "true", internal: "true" })], theirs).state).toBe("unprotected")
    expect(one([aContainer({ labels: { "other.enable": "true" } })], theirs).state).toBe("active")
  })
})
