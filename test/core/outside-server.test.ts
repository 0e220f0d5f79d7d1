// Servers that the settings name, derived as every other.
import { expect, test } from "bun:test"
import { isOutside, managedBy, outsideContainers, outsideView } from "../../controller/core/outside-server.ts"
import { deriveServers } from "../../controller/core/server.ts"
import { settingLines } from "../../controller/core/setting-lines.ts"
import { readSettings } from "../../controller/core/settings.ts"
import { aContainer, guess, operator } from "./samples.ts"

const legacy = {
  type: "postgres",
  host: "db.example.com",
  user: "backup",
  passwordFile: "/run/secrets/legacy",
}
const read = (server: object) => readSettings({}, { servers: { legacy: server } } as never)

function containers(server: object = legacy) {
  const reading = read(server)
  if (reading.kind === "bad") throw new Error(JSON.stringify(reading.mistakes))
  return outsideContainers(reading.settings.servers, "dbbackup")
}
const mistakes = (server: object) => {
  const reading = read(server)
  return reading.kind === "bad"
    ? reading.mistakes.map(({ path, message }) => `${path.join(".")}: ${message}`)
    : []
}

test("such a server is active under its name, with jobs by its labels and the image's conventions left out", () => {
  const labels = { schedule: "hourly", "weekly.schedule": "weekly", retention: "7d" }
  const [server, ...more] = deriveServers(containers({ ...legacy, labels }), operator(), new Map(), guess)
  expect(more).toEqual([])
  expect(server).toMatchObject({
    id: "legacy",
    name: "legacy",
    engine: "postgres",
    state: "active",
    problems: [],
  })
  expect(server?.access.user).toBe("backup")
  expect(server?.jobs.map(({ name, spec }) => [name, spec.schedule.text])).toEqual([
    ["default", "hourly"],
    ["weekly", "weekly"],
  ])
})

test("a mistake in its labels is shown as one in a container's is", () => {
  const [server] = deriveServers(
    containers({ ...legacy, labels: { schedul: "hourly" } }),
    operator(),
    new Map(),
    guess,
  )
  expect(server).toMatchObject({ state: "misconfigured", problems: [{ code: "label-unknown" }] })
})

test("a container of the same name is a conflict, and neither is dumped as the other", () => {
  const rival = aContainer({ labels: { "dbbackup.enable": "true", "dbbackup.id": "legacy" } })
  const [server] = deriveServers([...containers(), rival], operator(), new Map(), guess)
  expect(server?.state).toBe("conflict")
})

test("it is known as outside Docker, with another id when it is elsewhere", () => {
  const [one] = containers()
  const [other] = containers({ ...legacy, port: "5433" })
  expect(isOutside(one?.id ?? "")).toBe(true)
  expect(isOutside(aContainer().id)).toBe(false)
  expect(one?.id).not.toBe(other?.id)
  expect(one?.image).toBe("postgres at db.example.com:5432")
})

test("people are told where it is and where its password is, never the password", () => {
  const [plain] = containers()
  const [tuned] = containers({
    ...{ ...legacy, passwordFile: undefined, passwordVariable: "X", port: "6000" },
    ...{ tls: { mode: "verify-ca", caFile: "/ca.pem" }, labels: { schedule: "hourly" } },
  })
  if (!plain?.outside || !tuned?.outside) throw new Error("both are outside")
  expect(outsideView(plain.outside)).toEqual({
    ...{ host: "db.example.com", port: 5432, user: "backup", password: "file", labels: {} },
    tls: { mode: "verify-full", ca: "browsers" },
  })
  expect(outsideView(tuned.outside)).toMatchObject({
    ...{ port: 6000, password: "variable", labels: { schedule: "hourly" } },
    tls: { mode: "verify-ca", ca: "file" },
  })
  const sealed = { ...plain.outside, managed: "api", openPassword: () => "s3cret" } as const
  expect(JSON.stringify(outsideView(sealed))).not.toContain("s3cret")
  expect(outsideView({ ...sealed, tls: { mode: "require" } })).toMatchObject({
    ...{ password: "sealed", tls: { mode: "require", ca: null } },
  })
  expect([managedBy(plain), managedBy({ outside: sealed }), managedBy(aContainer())]).toEqual([
    "file",
    "api",
    "label",
  ])
})

test("a key that is not there is told with the nearest beside it, and where a password belongs", () => {
  const hintOf = (server: object) => {
    const reading = read(server)
    return reading.kind === "bad" ? reading.mistakes[0]?.hint : undefined
  }
  expect(hintOf({ ...legacy, pasword: "x" })).toContain("passwordFile")
  expect(hintOf({ ...legacy, password: "x" })).toContain("passwordFile or passwordVariable")
  expect(hintOf({ ...legacy, prot: "1" })).toContain("servers.legacy.port")
  expect(hintOf({ ...legacy, tls: { cafile: "/x" } })).toContain("servers.legacy.tls.caFile")
})

test("what is wrong with it is said where it stands", () => {
  expect(mistakes(legacy)).toEqual([])
  expect(mistakes({ ...legacy, passwordVariable: "X" })).toEqual([
    "servers.legacy.passwordVariable: is given, and so is passwordFile: one of them must go",
  ])
  expect(mistakes({ ...legacy, labels: { "hooks.pre": '["true"]', enable: "false" } })).toHaveLength(2)
  expect(mistakes({ ...legacy, port: "0" })[0]).toContain("servers.legacy.port")
  expect(mistakes({ ...legacy, tls: { mode: "prefer" } })[0]).toContain("write disable, require")
  expect(mistakes({ ...legacy, host: "-h x" })[0]).toContain("write a host name")
  expect(mistakes({ ...legacy, password: "secret" })[0]).toContain("servers.legacy.password: unknown key")
})

test("the settings that are shown name where its password is, and how its TLS is checked", () => {
  const servers = { legacy: { ...legacy, tls: { mode: "verify-ca" }, labels: { schedule: "hourly" } } }
  const line = settingLines({}, { servers } as never).find(({ key }) => key === "servers.legacy")
  expect(line?.value).toBe(
    "type: postgres, host: db.example.com, user: backup, passwordFile: /run/secrets/legacy, tls.mode: verify-ca, labels.schedule: hourly",
  )
})
