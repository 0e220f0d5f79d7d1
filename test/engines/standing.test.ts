import { expect, test } from "bun:test"
import { rulesFor } from "../../controller/engines/registry.ts"

const read = (engine: "postgres" | "mysql", stdout: string, code = 0) =>
  rulesFor(engine).readStanding({ code, stdout, stderr: "" })
const session = { state: "active", waits: null, event: null, relation: null, holders: null }
const hex = (text: string) => Buffer.from(text).toString("hex")
const row = (own: 0 | 1, id: number, command: string, state: string, seconds: number) =>
  ["session", own, id, hex(own ? "root" : "app"), command, hex(state), seconds].join("\t")

test("PostgreSQL: who holds a lock is named, with what and for how long", () => {
  const holder = { id: 77, user: "app", application: "psql", state: "idle in transaction", seconds: 900 }
  const held = { ...session, waits: "Lock", event: "relation", relation: "public.t", holders: [holder] }
  expect(read("postgres", JSON.stringify([session, held]))).toEqual({
    state: "held-up",
    text: "waits for a lock on public.t that is held by session 77 (user app, psql, idle in transaction for 900 s)",
  })
})

test("PostgreSQL: what a user without rights is not shown is left out", () => {
  const holder = { id: 77, user: null, application: null, state: null, seconds: null }
  expect(read("postgres", JSON.stringify([{ ...session, waits: "Lock", holders: [holder] }])).text).toBe(
    "waits for a lock that is held by session 77",
  )
})

test("PostgreSQL: a server at work, one that waits for the tool, and none of ours are told apart", () => {
  const state = (facts: object) => read("postgres", JSON.stringify([{ ...session, ...facts }])).state
  expect(state({ waits: "IO", event: "DataFileRead" })).toBe("at-work")
  expect(state({ waits: "Client", event: "ClientWrite" })).toBe("idle")
  expect(state({ state: "idle in transaction", waits: "Client" })).toBe("idle")
  expect(read("postgres", "[]").state).toBe("unknown")
})

test("MySQL: a lock that is waited for, with the sessions that may hold it, longest first", () => {
  const rows = [
    row(0, 8, "Sleep", "", 901),
    row(1, 9, "Query", "Waiting for table metadata lock", 900),
    row(0, 10, "Query", "Waiting for table metadata lock", 3),
  ]
  expect(read("mysql", rows.join("\n"))).toEqual({
    state: "held-up",
    text: "waits in the server: waiting for table metadata lock; sessions that may hold it: session 8 (user app, sleep for 901 s)",
  })
})

test("MySQL: a server at work, one that waits for the tool, and none of ours are told apart", () => {
  expect(read("mysql", row(1, 9, "Query", "executing", 900)).state).toBe("at-work")
  expect(read("mysql", row(1, 9, "Sleep", "", 900)).state).toBe("idle")
  expect(read("mysql", row(1, 9, "Query", "Sending to client", 900)).state).toBe("idle")
  expect(read("mysql", row(0, 9, "Query", "executing", 900)).state).toBe("unknown")
})

test("a server that does not answer is no reason to believe anything", () => {
  expect(read("postgres", "", 2).state).toBe("unknown")
  expect(read("mysql", "", 1).state).toBe("unknown")
})
