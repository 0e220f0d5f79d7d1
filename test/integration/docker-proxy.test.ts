// What stands between the controller and the engine cuts, drops and delays. None of it may look like a finished dump.
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test"
import { createDocker } from "../../controller/docker/client.ts"
import { must, run } from "../support/command.ts"
import { until } from "../support/until.ts"
import {
  type Behaviour,
  type Container,
  type EngineProxy,
  idle,
  never,
  outcome,
  type Passage,
  processes,
  proxy,
  rejection,
  remove,
} from "./docker-fixture.ts"

setDefaultTimeout(90_000)
let box: Container
beforeAll(async () => {
  box = await idle()
})
afterAll(() => remove(box))

const request = (script: string, stdin = false) => ({ containerId: box.id, script, args: [], stdin })

async function through(
  behaviour: Behaviour,
  use: (at: EngineProxy, docker: ReturnType<typeof createDocker>) => Promise<void>,
) {
  const at = await proxy(behaviour)
  try {
    await use(at, createDocker(at.endpoint))
  } finally {
    await at.close()
  }
}

const withoutUpgrade = (head: string) => head.replace(/^(Upgrade|Connection): .*\r\n/gim, "")
const untilGone = (word: string) =>
  until(`no ${word} in the container`, async () => !(await processes(box)).includes(word))

test("everything works through a proxy that passes everything on", async () => {
  await through({}, async (_, docker) => {
    const tool = await docker.exec(request("exec md5sum", true), never)
    tool.stdin?.end("input")
    expect(await outcome(tool)).toEqual({
      code: 0,
      stdout: "a43c1b0aa53a0c908810c06ab1ff3967  -\n",
      stderr: "",
    })
  })
})

test("a proxy that drops the upgrade can still carry a dump", async () => {
  await through({ request: withoutUpgrade }, async (_, docker) => {
    const tool = await docker.exec(request("head -c 5000000 /dev/zero; echo err >&2; exit 3"), never)
    const { code, stdout, stderr } = await outcome(tool)
    expect({ code, bytes: stdout.length, stderr }).toEqual({ code: 3, bytes: 5_000_000, stderr: "err\n" })
  })
})

test("a proxy that drops the upgrade is refused for a tool's input, before anything runs", async () => {
  await through({ request: withoutUpgrade }, async (_, docker) => {
    expect(await rejection(docker.exec(request("touch /tmp/ran; cat", true), never))).toMatchObject({
      code: "docker-error",
      message: expect.stringContaining("cannot carry a tool's input"),
      hint: expect.stringContaining("drops the HTTP upgrade"),
    })
  })
  expect((await run(["docker", "exec", box.name, "test", "-e", "/tmp/ran"])).code).toBe(1)
})

test("a proxy that upgrades, but lets no input through, is found out before anything runs", async () => {
  await through({ dropInput: true }, async (_, docker) => {
    expect(await rejection(docker.exec(request("touch /tmp/ran; cat", true), never))).toMatchObject({
      message: expect.stringContaining("cannot carry a tool's input"),
    })
  })
  expect((await run(["docker", "exec", box.name, "test", "-e", "/tmp/ran"])).code).toBe(1)
})

test("a stream that ends cleanly between two frames is no finished dump, and the tool is ended", async () => {
  const cut = async (word: string, script: string, end: (passage: Passage) => void) => {
    await through({}, async (at, docker) => {
      const tool = await docker.exec(request(script), never)
      await new Promise((resolve) => tool.stdout.once("readable", resolve))
      at.connections("POST /exec/").forEach(end)
      expect(await rejection(outcome(tool))).toMatchObject({
        code: "docker-error",
        message: expect.stringMatching(/still running 30 s later|broke while a tool was running/),
      })
      await untilGone(word)
    })
  }
  await Promise.all([
    cut("4811", "echo half; exec sleep 4811", ({ client }) => client.end()),
    cut("4821", "echo half; while :; do sleep 0.1; echo 4821 >&2; done", ({ client, engine }) => {
      client.end()
      engine.destroy()
    }),
  ])
})

test("a stream that ends inside a frame is no finished dump, and the tool is ended", async () => {
  const limit = 3_000_000
  const cut: Behaviour = {
    answer({ request, bytes, client }, chunk) {
      if (!request.startsWith("POST /exec/") || bytes <= limit) return true
      if (bytes - chunk.length < limit) client.end(chunk.subarray(0, limit - (bytes - chunk.length)))
      return false
    },
  }
  await through(cut, async (_, docker) => {
    const tool = await docker.exec(request("exec yes 4831"), never)
    expect(await rejection(outcome(tool))).toMatchObject({
      code: "docker-error",
      message: expect.stringContaining("docker's stream ended"),
    })
    expect(await tool.exit.catch((error: unknown) => error)).toMatchObject({ code: "docker-error" })
    await untilGone("4831")
  })
})

test("bytes that are no frames stop the dump instead of becoming part of it", async () => {
  const garble: Behaviour = {
    answer({ request, bytes, client }, chunk) {
      if (!request.startsWith("POST /exec/") || bytes < 1_000_000) return true
      client.write(chunk.subarray(1))
      return false
    },
  }
  await through(garble, async (_, docker) => {
    const tool = await docker.exec(request("exec yes 4841"), never)
    expect(await rejection(outcome(tool))).toMatchObject({
      code: "docker-error",
      message: expect.stringContaining("out of step"),
    })
    await untilGone("4841")
  })
})

test("an engine that goes away under a tool is named, and the tool is ended once it is back", async () => {
  await through({}, async (at, docker) => {
    const tool = await docker.exec(request("exec yes 4851"), never)
    await new Promise((resolve) => tool.stdout.once("readable", resolve))
    await at.down()
    expect(await rejection(outcome(tool))).toMatchObject({ code: "docker-unreachable" })
    expect(await processes(box)).toContain("4851")
    await at.up()
    await tool.kill()
    await untilGone("4851")
  })
})

test("a slow reader loses nothing that came before the end", async () => {
  await through({}, async (_, docker) => {
    const tool = await docker.exec(request("head -c 3000000 /dev/zero; echo end"), never)
    let bytes = 0
    for await (const chunk of tool.stdout) {
      bytes += (chunk as Buffer).length
      await must(["true"])
    }
    expect(bytes).toBe(3_000_004)
    expect(await tool.exit).toBe(0)
  })
})
