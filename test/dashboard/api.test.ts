import { describe, expect, spyOn, test } from "bun:test"
import { call, callList, requestOf } from "../../dashboard/src/lib/api.ts"
import { ApiFailure } from "../../dashboard/src/lib/api-failure.ts"
import { createBackup, getBackup, getBackupLogs, getLive, listBackups } from "../../schemas/api.ts"
import { answer, controllerAnswers, Refused } from "./setup/controller.ts"
import { completedBackup } from "./setup/samples.ts"

describe("a request", () => {
  test("sorts its input into path, query and body by the endpoint's schemas", () => {
    expect(requestOf(getBackupLogs, { id: "shop~db:a%b", level: "warn" })).toEqual({
      url: "/api/backups/shop~db%3Aa%25b/logs?level=warn",
      body: undefined,
    })
    expect(requestOf(createBackup, { databaseId: "shop~db:shop" })).toEqual({
      url: "/api/backups",
      body: { databaseId: "shop~db:shop" },
    })
    expect(requestOf(listBackups, { status: undefined, page: "2" }).url).toBe("/api/backups?page=2")
  })
})

async function failureOf(promise: Promise<unknown>): Promise<ApiFailure> {
  const error = await promise.then(
    () => undefined,
    (error: unknown) => error,
  )
  if (!(error instanceof ApiFailure)) throw new Error(`expected an ApiFailure, got ${error}`)
  return error
}

describe("an answer", () => {
  test("is the endpoint's data", async () => {
    const backup = completedBackup()
    controllerAnswers(answer(getBackup, backup))
    expect(await call(getBackup, { id: "backup-1" })).toEqual(backup)
  })

  test("of a list carries page and total", async () => {
    controllerAnswers(answer(listBackups, [completedBackup()]))
    expect(await callList(listBackups, {})).toMatchObject({ page: 1, limit: 50, total: 1 })
  })

  test("that refuses keeps the controller's words and hint", async () => {
    const error = { code: "CONFLICT", message: "a run is under way", hint: "Wait for it." } as const
    const refuse = () => {
      throw new Refused(409, error)
    }
    controllerAnswers(answer(createBackup, refuse))
    expect(await failureOf(call(createBackup, { databaseId: "d" }))).toMatchObject({ ...error, status: 409 })
  })

  test("of another shape than the schema's is not used", async () => {
    spyOn(globalThis, "fetch").mockImplementation((async () =>
      Response.json({
        success: true,
        data: { status: "great" },
        meta: { timestamp: new Date().toISOString(), requestId: "r" },
      })) as unknown as typeof fetch)
    expect((await failureOf(call(getLive, {}))).code).toBe("NOT_UNDERSTOOD")
  })

  test("from a proxy whose controller is away counts as none", async () => {
    spyOn(globalThis, "fetch").mockImplementation(
      (async () => new Response("<h1>Bad Gateway</h1>", { status: 502 })) as unknown as typeof fetch,
    )
    expect((await failureOf(call(getLive, {}))).code).toBe("NO_ANSWER")
  })

  test("that never comes says what to check", async () => {
    spyOn(globalThis, "fetch").mockImplementation((async () => {
      throw new TypeError("connection refused")
    }) as unknown as typeof fetch)
    const failure = await failureOf(call(getLive, {}))
    expect(failure).toMatchObject({ code: "NO_ANSWER", message: "the controller does not answer" })
    expect(failure.hint).toContain("Check that it is running")
  })
})
