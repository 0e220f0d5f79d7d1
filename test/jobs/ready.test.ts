// How long a server that is away is waited for, and what is said meanwhile.
import { beforeEach, describe, expect, test } from "bun:test"
import { Fault } from "../../controller/core/fault.ts"
import { whenReady } from "../../controller/jobs/ready.ts"
import { down, type FakeServer, fakeServer, target } from "./fake-server.ts"

let docker: FakeServer
let lines: string[]
let tied: (string | null)[]
beforeEach(() => {
  docker = fakeServer()
  lines = []
  tied = []
})

const wait = (seconds: number, where = () => target, signal = new AbortController().signal) =>
  whenReady(
    { docker, tieUp: async (_, look) => void tied.push(look === null ? null : look.probe.serverVersion) },
    where,
    seconds,
    (_level, message) => lines.push(message),
    signal,
  )

describe("a server that a run wants", () => {
  test("is taken at once when it answers, what was left open on it tied up first, and nothing is said", async () => {
    expect((await wait(0)).look.probe.serverVersion).toBe("17.6")
    expect([tied, lines]).toEqual([["17.6"], []])
  })

  test("is found anew at each try: its container may be another one by then", async () => {
    let asked = 0
    const ready = await wait(30, () => {
      asked++
      if (asked === 1) throw down("the server's container is gone")
      return { ...target, container: { ...target.container, id: "new" } }
    })
    expect(ready.target.container.id).toBe("new")
    expect(lines).toEqual([
      "waiting for the server, up to 30 s more: the server's container is gone",
      expect.stringMatching(/^the server answers after \d s$/),
    ])
  })

  test("fails at once with the true reason when there is nothing to wait", async () => {
    docker.answer = () => {
      throw down()
    }
    await expect(wait(0)).rejects.toMatchObject({
      code: "server-down",
      message: down().message,
      hint: "Start it.",
    })
    expect(tied).toEqual([])
  })

  test("fails with the last reason, and how long it was waited for, in the end", async () => {
    docker.answer = () => {
      throw new Fault("server-not-ready", "it is starting")
    }
    await expect(wait(0.2)).rejects.toMatchObject({
      code: "server-not-ready",
      message: expect.stringMatching(/^it is starting, and so it was for \d s of waiting$/),
    })
  })

  test("is not waited for when it refuses; what was left open on it is tied up all the same", async () => {
    docker.answer = () => {
      throw new Fault("access-denied", "the password was refused")
    }
    await expect(wait(60)).rejects.toThrow("the password was refused")
    expect([tied, lines]).toEqual([[null], []])
  })

  test("is given up at once when the run is cancelled", async () => {
    docker.answer = () => {
      throw down()
    }
    const abort = new AbortController()
    const waiting = wait(60, () => target, abort.signal).catch(() => "given up")
    await Bun.sleep(20)
    abort.abort()
    expect(await waiting).toBe("given up")
  })
})
