// What earlier work left open on a server is tied up in order, once, and only when that work is over.
import { afterEach, beforeEach, describe, expect, test } from "bun:test"
import { createTieUp, type TieUp } from "../../controller/jobs/loose-ends.ts"
import { type Look, lookInside } from "../../controller/jobs/probe.ts"
import type { Hook } from "../../schemas/labels.ts"
import type { RestoreId } from "../../schemas/restore.ts"
import {
  addGood,
  aProblem,
  aRestore,
  aRun,
  type Fixture,
  minute,
  runId,
  server,
  temporaryCatalogue,
} from "../state/samples.ts"
import { down, type FakeServer, fakeServer, target } from "./fake-server.ts"

let fixture: Fixture
let docker: FakeServer
let tieUp: TieUp
let look: Look
let allowed = true

const thaw: Hook = { moment: "post", argv: ["thaw"], timeoutSeconds: 5, onError: "fail" }
const kinds = () => fixture.catalogue.looseEnds(server).map(({ kind }) => kind)
const log = () => fixture.catalogue.logs("r1", "debug").map(({ message }) => message)
const interrupt = () =>
  fixture.catalogue.finishRun(runId("r1"), minute(2), { status: "interrupted", error: aProblem() })

beforeEach(async () => {
  fixture = temporaryCatalogue()
  const { catalogue } = fixture
  docker = fakeServer()
  allowed = true
  tieUp = createTieUp({
    docker,
    catalogue,
    clock: () => minute(3),
    log: () => {},
    hooksAllowed: () => allowed,
  })
  look = await lookInside(docker, target, new AbortController().signal)
  docker.ran.length = 0
  docker.leftovers = async () => docker.ran.push("end tools")
  catalogue.addRun(aRun("r1"))
  catalogue.startRun(runId("r1"), minute(1))
  catalogue.addLooseEnd({ owner: runId("r1"), serverId: server, kind: "hook", detail: thaw })
  catalogue.addLooseEnd({ owner: runId("r1"), serverId: server, kind: "tools", detail: null })
})
afterEach(() => fixture.remove())

describe("what a run left open", () => {
  test("is none of anybody's business while the run goes on", async () => {
    await tieUp(target, look)
    expect(docker.ran).toEqual([])
    expect(kinds()).toEqual(["hook", "tools"])
  })

  test("is tied up once: first its tools are ended, then its second hook runs", async () => {
    interrupt()
    await Promise.all([tieUp(target, look), tieUp(target, look)])
    await tieUp(target, look)
    expect(docker.ran).toEqual(["end tools", "thaw"])
    expect(kinds()).toEqual([])
    expect(log()).toContain("the post hook exited 0")
  })

  test("stays open, and the log says why, when it cannot be done now", async () => {
    interrupt()
    docker.leftovers = async () => {
      throw down()
    }
    docker.answer = () => {
      throw down()
    }
    await tieUp(target, look)
    expect(kinds()).toEqual(["hook", "tools"])
    expect(log().join()).toContain("runs again once the server answers")
    docker.leftovers = async () => 1
    docker.answer = () => 0
    await tieUp(target, look)
    expect(kinds()).toEqual([])
    expect(log().join()).toContain("ended 1 tool")
  })

  test("a hook stays owed while hooks are switched off", async () => {
    interrupt()
    allowed = false
    await tieUp(target, look)
    expect(docker.ran).toEqual(["end tools"])
    expect(kinds()).toEqual(["hook"])
  })

  test("a database is not touched before a look has told which engine it is on", async () => {
    interrupt()
    const end = { owner: runId("r1"), serverId: server, kind: "database", detail: { name: "half" } } as const
    fixture.catalogue.addLooseEnd(end)
    await tieUp(target, null)
    expect(kinds()).toEqual(["database"])
    await tieUp(target, look)
    expect(kinds()).toEqual([])
    expect(log().join()).toContain("none is dropped")
  })

  test("a database that may be half exchanged is not dropped before it is known which one is in place", async () => {
    const { catalogue } = fixture
    const id = "s1" as RestoreId
    const swap = { keepSeconds: 60, endConnections: false }
    catalogue.addRestore(
      aRestore(id, addGood(catalogue, "b1"), { mode: "swap", targetDatabase: "shop", swap }),
    )
    catalogue.startRestore(id, minute(1))
    catalogue.addLooseEnd({ owner: id, serverId: server, kind: "database", detail: { name: "shop_new" } })
    catalogue.beginExchange(id, {
      oldKey: "1",
      restoredKey: "2",
      asideName: "shop_new",
      nextName: "shop_before",
    })
    catalogue.finishRestore(id, minute(2), { status: "interrupted", error: aProblem() })
    // The server does not answer as one that was asked for its databases.
    await tieUp(target, look)
    expect(kinds()).toContain("database")
    expect(
      catalogue
        .logs(id, "warn")
        .map(({ message }) => message)
        .join(),
    ).toContain("which database is in place is not known yet")
    catalogue.endExchange(id, "old", null)
    await tieUp(target, look)
    expect(kinds()).not.toContain("database")
  })
})
