// The whole story of a server holds what is its own, and nothing of another's.
import { expect, test } from "bun:test"
import { serverDetails } from "../../controller/core/server-detail.ts"
import type { DatabaseId, JobId, ServerId } from "../../schemas/server.ts"
import { theDatabase, theJob, theServer } from "../api/samples.ts"

const other = "other" as ServerId

test("jobs and databases stand with their own server, in the servers' order", () => {
  const elsewhere = { ...theServer, id: other, name: "other" }
  const job = { ...theJob, id: "other:default" as JobId, serverId: other }
  const database = { ...theDatabase, id: "other:wiki" as DatabaseId, server: elsewhere }
  const [second, first] = serverDetails([elsewhere, theServer], [theJob, job], [theDatabase, database])
  expect(second).toEqual({ ...elsewhere, schedules: [job], databases: [database] })
  expect(first).toEqual({ ...theServer, schedules: [theJob], databases: [theDatabase] })
})

test("a server that is not backed up has empty lists", () => {
  expect(serverDetails([theServer], [], [])).toEqual([{ ...theServer, schedules: [], databases: [] }])
})
