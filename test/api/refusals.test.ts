import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test"
import { Fault } from "../../controller/core/fault.ts"
import { ApiError } from "../../schemas/api.ts"
import { apiErrorCodes, faultCodes, meaningOf } from "../../schemas/errors.ts"
import { shop } from "../state/samples.ts"
import { ask, aWorld, type World } from "./samples.ts"

setDefaultTimeout(120_000)

let world: World
beforeEach(() => {
  world = aWorld()
})
afterEach(() => world.remove())

const bodyOf = (body: unknown, type = "application/json") => ({
  method: "POST",
  body: typeof body === "string" ? body : JSON.stringify(body),
  headers: { "content-type": type },
})

describe("a malformed request is refused with what is wrong and what would be right", () => {
  test("an unknown query parameter", async () => {
    const { status, body } = await ask(world, "/api/backups?databseId=x")
    expect([status, body.error.code]).toEqual([400, "VALIDATION_ERROR"])
    expect(body.error.message).toContain("databseId")
    expect(body.error.hint).toContain("databaseId")
    expect(body.error.details).toHaveLength(1)
  })

  test("a query parameter where none is taken, or given twice", async () => {
    expect((await ask(world, "/api/servers?page=1")).status).toBe(400)
    expect((await ask(world, "/api/events?since=1")).status).toBe(400)
    const { status, body } = await ask(world, "/api/backups?page=1&page=2")
    expect([status, body.error.message]).toEqual([
      400,
      "the query is not valid: page: is given more than once",
    ])
  })

  const badQueries = [
    "limit=0",
    "limit=501",
    "limit=",
    "limit=1e2",
    "page=-1",
    "page=0x1",
    "status=good",
    "startDate=today",
  ]
  for (const query of badQueries) {
    test(`?${query}`, async () => {
      const { status, body } = await ask(world, `/api/backups?${query}`)
      expect([status, body.error.code]).toEqual([400, "VALIDATION_ERROR"])
      expect(body.error.details[0].path).toBe(query.split("=")[0])
    })
  }

  test("a body that is not JSON, of another type, without a type, or missing", async () => {
    const notJson = await ask(world, "/api/backups", bodyOf("{databaseId: shop}"))
    expect([notJson.status, notJson.body.error.message]).toEqual([400, expect.stringContaining("not JSON")])
    expect(
      (await ask(world, "/api/backups", bodyOf("databaseId=shop", "application/x-www-form-urlencoded")))
        .status,
    ).toBe(415)
    expect((await ask(world, "/api/backups", bodyOf("{}", "text/plain"))).status).toBe(415)
    expect((await ask(world, "/api/backups", { method: "POST" })).status).toBe(415)
    expect((await ask(world, "/api/backups", bodyOf(""))).status).toBe(400)
  })

  for (const body of [
    null,
    [],
    5,
    "x",
    {},
    { databaseId: 5 },
    { databaseId: "" },
    { databaseId: shop, extra: 1 },
  ]) {
    test(`a body of ${JSON.stringify(body)}`, async () => {
      for (const path of ["/api/backups", "/api/restores"]) {
        const answer = await ask(world, path, bodyOf(JSON.stringify(body)))
        expect([answer.status, answer.body.error.code]).toEqual([400, "VALIDATION_ERROR"])
        expect(answer.body.error.details.length).toBeGreaterThan(0)
      }
    })
  }

  test("a body larger than 1 MiB", async () => {
    const { status, body } = await ask(world, "/api/backups", bodyOf({ databaseId: "x".repeat(1024 * 1024) }))
    expect([status, body.error.message]).toEqual([413, "the body is larger than 1 MiB"])
  })

  test("a path or a method that does not exist", async () => {
    const path = await ask(world, "/api/nothing")
    expect([path.status, path.body.error.code]).toEqual([404, "NOT_FOUND"])
    expect((await ask(world, "/api")).body.error.code).toBe("NOT_FOUND")
    const method = await ask(world, "/api/servers", { method: "POST" })
    expect([method.status, method.headers.get("allow")]).toEqual([405, "GET, HEAD"])
    expect(method.body.error.hint).toContain("labels")
    expect((await ask(world, "/api/backups/b1", { method: "PUT" })).headers.get("allow")).toBe(
      "GET, DELETE, HEAD",
    )
  })

  test("an id with odd characters in it", async () => {
    for (const id of ["%E0%A4%A", "..%2f..%2fetc", "%00", "x".repeat(601), "'--"]) {
      const { status, body } = await ask(world, `/api/backups/${id}`)
      expect([400, 404]).toContain(status)
      expect(ApiError.safeParse(body.error).success).toBe(true)
    }
  })
})

describe("what goes wrong inside", () => {
  test("every fault has its own status and code, its message and its hint", async () => {
    for (const code of faultCodes) {
      const failing = aWorld({
        actions: {
          ...world.services.actions,
          backUp() {
            throw new Error("wrapped", { cause: new Fault(code, "some facts", { hint: "Do something." }) })
          },
        },
      })
      const { status, body } = await ask(failing, "/api/backups", bodyOf({ databaseId: shop }))
      expect([code, status, body.error.code]).toEqual([code, meaningOf(code).http, meaningOf(code).api])
      expect(apiErrorCodes).toContain(body.error.code)
      expect(body.error).toMatchObject({
        message: "some facts",
        hint: "Do something.",
        details: { fault: code },
      })
      failing.remove()
    }
  })

  test("an unexpected error is logged with its stack under the request id, and leaks nothing", async () => {
    const failing = aWorld({
      actions: {
        ...world.services.actions,
        backUp() {
          throw new TypeError("password is hunter2")
        },
      },
    })
    const { status, headers, body } = await ask(failing, "/api/backups", bodyOf({ databaseId: shop }))
    expect([status, body.error.code, body.error.message]).toEqual([500, "BACKUP_ERROR", "internal error"])
    expect(JSON.stringify(body)).not.toContain("hunter2")
    const line = failing.log.find(({ level }) => level === "error")
    expect(line?.fields).toMatchObject({
      requestId: headers.get("x-request-id"),
      stack: expect.stringContaining("TypeError"),
    })
    failing.remove()
  })

  test("an answer that breaks the endpoint's promise is an error of ours, not sent", async () => {
    const lying = aWorld({ view: { ...world.services.view, servers: () => [{ id: "x" } as never] } })
    expect((await ask(lying, "/api/servers")).status).toBe(500)
    expect(lying.log.map(({ level }) => level)).toContain("error")
    lying.remove()
  })

  test("a field the schema does not name is not sent", async () => {
    const [server] = world.services.view.servers()
    const chatty = aWorld({
      view: { ...world.services.view, servers: () => [{ ...server, secret: "hunter2" } as never] },
    })
    const { status, body } = await ask(chatty, "/api/servers")
    expect([status, JSON.stringify(body).includes("hunter2")]).toEqual([200, false])
    chatty.remove()
  })
})

describe("pages of other sites are kept out", () => {
  const write = (headers: Record<string, string>) =>
    ask(world, "/api/backups", { method: "POST", json: { databaseId: shop }, headers })

  test("what they make a browser send is refused, and the dashboard's own is not", async () => {
    const cases: readonly [Record<string, string>, number][] = [
      [{}, 202],
      [{ "sec-fetch-site": "same-origin", origin: "http://localhost" }, 202],
      [{ "sec-fetch-site": "none" }, 202],
      [{ origin: "http://localhost" }, 202],
      [{ "sec-fetch-site": "cross-site" }, 403],
      [{ "sec-fetch-site": "same-site", origin: "http://localhost:8080" }, 403],
      [{ origin: "http://localhost:8080" }, 403],
      [{ origin: "https://evil.example" }, 403],
      [{ origin: "null" }, 403],
    ]
    for (const [headers, status] of cases)
      expect([headers, (await write(headers)).status]).toEqual([headers, status])
    const { body } = await write({ origin: "null" })
    expect([body.error.code, body.success]).toEqual(["FORBIDDEN", false])
    const remove = { method: "DELETE", headers: { origin: "https://evil.example" } }
    expect((await ask(world, "/api/backups/b1", remove)).status).toBe(403)
  })

  test("on loopback only this machine's names are answered to", async () => {
    const named = (host: string) => ask(world, "/api/health/live", { headers: { host } })
    for (const host of ["localhost", "localhost:3000", "127.0.0.1:9999", "[::1]:3000", "LOCALHOST"]) {
      expect([host, (await named(host)).status]).toEqual([host, 200])
    }
    for (const host of [
      "evil.example",
      "evil.example:3000",
      "localhost.evil.example",
      "127.0.0.1.nip.io",
      "",
      "10.0.0.5",
    ]) {
      expect([host, (await named(host)).status]).toEqual([host, 403])
    }
  })

  test("elsewhere any name may be used", async () => {
    const open = aWorld({ info: { listening: { address: "0.0.0.0", port: 3000, loopbackOnly: false } } })
    expect((await ask(open, "/api/health/live", { headers: { host: "backup.example" } })).status).toBe(200)
    open.remove()
  })

  test("no site is allowed to read the answers", async () => {
    const { headers } = await ask(world, "/api/servers", { headers: { origin: "https://evil.example" } })
    expect(headers.get("access-control-allow-origin")).toBeNull()
    expect(headers.get("cross-origin-resource-policy")).toBe("same-origin")
  })
})
