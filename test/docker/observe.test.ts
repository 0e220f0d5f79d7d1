// When a container is inspected again, and what becomes of one that cannot be.
import { afterEach, describe, expect, test } from "bun:test"
import { connect } from "../../controller/docker/connection.ts"
import { observer, saysFiveMinutes } from "../../controller/docker/observe.ts"
import { json, type ScriptedEngine, scriptedEngine } from "./scripted-engine.ts"

const never = new AbortController().signal
let engine: ScriptedEngine | undefined
afterEach(() => engine?.close())

interface Listed {
  Id: string
  State: string
  Status: string
  Names: string[] | null
  Labels: Record<string, string> | null
}
const running: Listed = {
  Id: "a1",
  State: "running",
  Status: "Up 3 hours",
  Names: ["/shop-db-1"],
  Labels: {},
}

/** An engine with these containers, each started at the time that `startedAt` gives, or refusing with that status. */
async function engineWith(listed: () => readonly Listed[], startedAt: (id: string) => string | number) {
  engine = await scriptedEngine((path, response) => {
    if (path.startsWith("/containers/json")) {
      return json(
        response,
        listed().map((container) => ({ Image: "postgres:17", ImageID: "sha256:1", ...container })),
      )
    }
    const answer = startedAt(path.split("/")[2] ?? "")
    if (typeof answer === "number") return json(response, { message: "no" }, answer)
    json(response, { State: { StartedAt: answer }, Config: { Env: ["A=1"], ExposedPorts: null } })
  })
  return observer(connect(engine.endpoint))
}
const inspections = () => engine?.requests.filter((request) => request.includes("/containers/a1/json")).length

describe("a container that was inspected before", () => {
  test("is not inspected again while the listing says it has been up for long", async () => {
    const look = await engineWith(
      () => [running],
      () => "2026-01-01T00:00:00Z",
    )
    const first = await look(never)
    expect(await look(never)).toEqual(first)
    expect(inspections()).toBe(1)
  })

  test("is inspected again when it has been up for a short time only", async () => {
    let status = "Up 3 hours (healthy)"
    let startedAt = "2026-01-01T00:00:00Z"
    const look = await engineWith(
      () => [{ ...running, Status: status }],
      () => startedAt,
    )
    await look(never)
    status = "Up 2 minutes (healthy)"
    startedAt = "2026-01-02T00:00:00Z"
    expect(await look(never)).toMatchObject([{ startedAt }])
  })

  test("is inspected again when its state has changed", async () => {
    let now = running
    const look = await engineWith(
      () => [now],
      () => "2026-01-01T00:00:00Z",
    )
    await look(never)
    now = { ...running, State: "exited", Status: "Exited (0) 2 hours ago" }
    await look(never)
    await look(never)
    expect(inspections()).toBe(2)
  })

  test("is forgotten when it is gone", async () => {
    let listed = [running]
    const look = await engineWith(
      () => listed,
      () => "2026-01-01T00:00:00Z",
    )
    await look(never)
    listed = []
    expect(await look(never)).toEqual([])
    listed = [running]
    await look(never)
    expect(inspections()).toBe(2)
  })

  test("keeps its facts when the engine cannot inspect it any more", async () => {
    let answer: string | number = "2026-01-01T00:00:00Z"
    let status = "Up 3 hours"
    const look = await engineWith(
      () => [{ ...running, Status: status }],
      () => answer,
    )
    const first = await look(never)
    answer = 500
    status = "Up 3 seconds"
    expect(await look(never)).toEqual(first)
    expect(await look(never)).toEqual(first)
  })
})

test("a container that the engine lists but cannot inspect is there all the same", async () => {
  const look = await engineWith(
    () => [running],
    () => 500,
  )
  expect(await look(never)).toMatchObject([{ id: "a1", name: "shop-db-1", envNames: [], startedAt: null }])
})

test("a container that vanishes before it is inspected is skipped", async () => {
  const look = await engineWith(
    () => [running, { ...running, Id: "b2" }],
    (id) => (id === "a1" ? 404 : "2026-01-01T00:00:00Z"),
  )
  expect((await look(never)).map((container) => container.id)).toEqual(["b2"])
})

test("a hundred containers are all seen, in the order of the listing", async () => {
  const listed = Array.from({ length: 100 }, (_, index) => ({ ...running, Id: `c${index}` }))
  const look = await engineWith(
    () => listed,
    () => "2026-01-01T00:00:00Z",
  )
  expect((await look(never)).map((container) => container.id)).toEqual(
    listed.map((container) => container.Id),
  )
})

test("a container's own name is taken, not one that a link gives it; without any, its id", async () => {
  const look = await engineWith(
    () => [
      { ...running, Names: ["/web/db", "/shop-db-1"] },
      { ...running, Id: "0123456789abcdef", Names: null, Labels: null },
    ],
    () => "0001-01-01T00:00:00Z",
  )
  expect(await look(never)).toMatchObject([
    { name: "shop-db-1" },
    { name: "0123456789ab", labels: {}, startedAt: null },
  ])
})

test("an answer that is no list is no empty list", async () => {
  engine = await scriptedEngine((_path, response) => json(response, { containers: [] }))
  const look = observer(connect(engine.endpoint))
  expect(look(never)).rejects.toMatchObject({ code: "docker-unreachable" })
})

test("a forbidden list is no empty list", async () => {
  engine = await scriptedEngine((_path, response) =>
    response.writeHead(403, { "Content-Type": "text/html" }).end("<html>Request forbidden</html>"),
  )
  const look = observer(connect(engine.endpoint))
  expect(look(never)).rejects.toMatchObject({
    code: "docker-unreachable",
    message: expect.stringContaining("HTTP 403"),
    hint: expect.stringContaining("proxy"),
  })
})

test.each([
  ["Up Less than a second", false],
  ["Up 59 seconds", false],
  ["Up About a minute (healthy)", false],
  ["Up 4 minutes", false],
  ["Up 5 minutes (health: starting)", true],
  ["Up 47 minutes", true],
  ["Up About an hour (Paused)", true],
  ["Up 3 months", true],
  ["Exited (137) 2 minutes ago", false],
  ["Exited (0) 2 weeks ago", true],
  ["Restarting (1) 5 seconds ago", false],
  ["Created", false],
  ["something new", false],
])("%p is five minutes or more: %p", (status, expected) => {
  expect(saysFiveMinutes(status)).toBe(expected)
})
