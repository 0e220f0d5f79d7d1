// When the hooks around a piece of work run, and what their failures mean to it.
import { afterEach, beforeEach, describe, expect, test } from "bun:test"
import { Fault } from "../../controller/core/fault.ts"
import { lastLines } from "../../controller/jobs/hook.ts"
import { hooksAround } from "../../controller/jobs/hooks.ts"
import { aJob } from "../core/samples.ts"
import { aRun, type Fixture, runId, server, temporaryCatalogue } from "../state/samples.ts"
import { down, type FakeServer, fakeServer, target } from "./fake-server.ts"

let fixture: Fixture
let docker: FakeServer
let lines: string[]
const never = new AbortController().signal

beforeEach(() => {
  fixture = temporaryCatalogue()
  fixture.catalogue.addRun(aRun("r1"))
  docker = fakeServer()
  lines = []
})
afterEach(() => fixture.remove())

const both = { "hooks.pre": '["freeze","it"]', "hooks.post": '["thaw"]' }
const around = (labels: Readonly<Record<string, string>> = both, allowed = true) =>
  hooksAround(
    { docker, catalogue: fixture.catalogue, hooksAllowed: () => allowed },
    aJob(labels).spec,
    ["pre", "post"],
    runId("r1"),
    (_level, message) => lines.push(message),
  )
const owed = () => fixture.catalogue.looseEnds(server).map(({ kind }) => kind)

describe("hooks around work", () => {
  test("run before and after it; in between the second is owed, whatever becomes of this process", async () => {
    const hooks = around()
    await hooks.before(target, never)
    expect(owed()).toEqual(["hook"])
    expect(await hooks.after(() => target)).toBeNull()
    expect(docker.ran).toEqual(["freeze it", "thaw"])
    expect(owed()).toEqual([])
    expect(lines).toContain("the post hook said: this is thaw")
  })

  test("are noted before the first one is started", async () => {
    docker.answer = () => {
      expect(owed()).toEqual(["hook"])
      return 0
    }
    await around().before(target, never)
    expect(docker.ran).toEqual(["freeze it"])
  })

  test("do nothing where labels name none, nor after work that never came to its beginning", async () => {
    const none = around({})
    await none.before(target, never)
    expect(await none.after(() => target)).toBeNull()
    const aborted = AbortSignal.abort(new Fault("cancelled", "cancelled on request"))
    const hooks = around()
    await expect(hooks.before(target, aborted)).rejects.toThrow("cancelled")
    expect(await hooks.after(() => target)).toBeNull()
    expect(docker.ran).toEqual([])
    expect(owed()).toEqual([])
  })

  test("a failing first one stops the work, unless its label says to continue; the second runs either way", async () => {
    docker.answer = (what) => (what === "freeze it" ? 3 : 0)
    const strict = around()
    await expect(strict.before(target, never)).rejects.toMatchObject({
      code: "hook-failed",
      message: "the pre hook exited 3",
    })
    expect(await strict.after(() => target)).toBeNull()
    await around({ ...both, "hooks.pre.on-error": "continue" }).before(target, never)
    expect(docker.ran).toEqual(["freeze it", "thaw", "freeze it"])
  })

  test("the first one runs again for a container that was started anew, and only then", async () => {
    const hooks = around()
    await hooks.before(target, never)
    await hooks.before(target, never)
    await hooks.before({ ...target, container: { ...target.container, id: "another" } }, never)
    await hooks.after(() => target)
    expect(docker.ran).toEqual(["freeze it", "freeze it", "thaw"])
  })

  test("a second one that fails counts, unless its label says to continue, and is not owed any more", async () => {
    docker.answer = (what) => (what === "thaw" ? 4 : 0)
    for (const [onError, message] of [
      ["fail", "the post hook exited 4"],
      ["continue", undefined],
    ] as const) {
      const hooks = around({ ...both, "hooks.post.on-error": onError })
      await hooks.before(target, never)
      expect((await hooks.after(() => target))?.message).toBe(message as string)
      expect(owed()).toEqual([])
    }
  })

  test("a second one that cannot run because the server is away stays owed", async () => {
    const hooks = around()
    await hooks.before(target, never)
    docker.answer = () => {
      throw down()
    }
    expect(await hooks.after(() => target)).toMatchObject({ code: "hook-failed" })
    expect(owed()).toEqual(["hook"])
    docker.answer = (what) => {
      if (what === "look") throw new Fault("server-not-ready", "it is starting")
      return 2
    }
    expect(await hooks.after(() => target)).toMatchObject({ message: "the post hook exited 2" })
    expect(owed()).toEqual(["hook"])
    const gone = hooks.after(() => {
      throw down("the container is gone")
    })
    expect(await gone).toMatchObject({ message: "the container is gone" })
    expect(owed()).toEqual(["hook"])
  })

  test("a second one that no shell can start is not tried for ever", async () => {
    const hooks = around()
    await hooks.before(target, never)
    docker.answer = () => {
      throw new Fault("tool-missing", "the container has no sh")
    }
    expect(await hooks.after(() => target)).toMatchObject({ message: "the container has no sh" })
    expect(owed()).toEqual([])
  })

  test("are refused as a whole once the operator has switched hooks off; work without hooks is not", () => {
    expect(() => around(both, false).requireAllowed()).toThrow("switched off for every server")
    expect(() => around({}, false).requireAllowed()).not.toThrow()
  })
})

test("the last lines of what a hook says are kept, without control characters, and none endless", () => {
  const said = `${Array.from({ length: 30 }, (_, n) => `line ${n}`).join("\n")}\n\u001b[31mred\u0007\n${"x".repeat(900)}\n\n`
  const kept = lastLines(said)
  expect(kept).toHaveLength(20)
  expect(kept.at(-2)).toBe(" [31mred")
  expect(kept.at(-1)).toHaveLength(501)
})
