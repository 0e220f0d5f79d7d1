// Which databases a question finds.
import { expect, test } from "bun:test"
import { type DatabaseQuestion, databasesAsked } from "../../controller/core/database-search.ts"
import type { JobView } from "../../schemas/job.ts"
import type { Database, DatabaseId, JobId, ServerId } from "../../schemas/server.ts"
import { theDatabase, theJob, theServer } from "../api/samples.ts"

const on = (server: string, name: string, changes: Partial<Database>): Database => ({
  ...theDatabase,
  id: `${server}:${name}` as DatabaseId,
  name,
  server: {
    ...theServer,
    id: server as ServerId,
    name: server,
    container: { id: "c", name: `${server}-1`, image: "x:1", state: "running" },
  },
  ...changes,
})
const databases = [
  on("web", "shop", { engine: "postgres", jobs: ["default", "weekly"] }),
  on("web", "scratch", { engine: "postgres", jobs: [], state: "unprotected" }),
  on("crm", "Shop_old", { engine: "mysql", jobs: ["default"], state: "paused" }),
  on("old", "wiki", { engine: null, jobs: ["default"], state: "late" }),
]
const job = (server: string, name: string, enabled: boolean): JobView => ({
  ...theJob,
  id: `${server}:${name}` as JobId,
  serverId: server as ServerId,
  name,
  enabled,
})
const jobs = [job("web", "default", false), job("web", "weekly", true), job("crm", "default", false)]
const found = (question: DatabaseQuestion) =>
  databasesAsked(databases, jobs, question).map(({ name }) => name)

test.each<[DatabaseQuestion, string[]]>([
  [{}, ["shop", "scratch", "Shop_old", "wiki"]],
  [{ engine: "postgres" }, ["shop", "scratch"]],
  [{ type: "mysql" }, ["Shop_old"]],
  [{ engine: "postgres", type: "mysql" }, []],
  [{ serverId: "web" }, ["shop", "scratch"]],
  [{ state: "late" }, ["wiki"]],
  // One job that runs is enough; a job of another server with the same name is not.
  [{ enabled: true }, ["shop"]],
  [{ enabled: false }, ["scratch", "Shop_old", "wiki"]],
  [{ q: "SHOP" }, ["shop", "Shop_old"]],
  [{ q: " crm-1 " }, ["Shop_old"]],
  [{ q: "shop", engine: "mysql", enabled: false }, ["Shop_old"]],
  [{ q: "nothing" }, []],
  [{ q: "" }, ["shop", "scratch", "Shop_old", "wiki"]],
])("%j finds %j", (question, names) => {
  expect(found(question)).toEqual(names)
})

test("a server without a container is searched by its own name", () => {
  const [wiki] = databases.filter(({ name }) => name === "wiki")
  if (!wiki) throw new Error("there is a wiki")
  const gone = { ...wiki, server: { ...wiki.server, container: null } }
  expect(databasesAsked([gone], [], { q: "old" })).toEqual([gone])
  expect(databasesAsked([gone], [], { q: "x:1" })).toEqual([])
})
