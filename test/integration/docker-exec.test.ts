// Tools run in a real container: their output, their exit code, and that they end when told to.
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test"
import { createHash } from "node:crypto"
import { Writable } from "node:stream"
import { pipeline } from "node:stream/promises"
import { createDocker } from "../../controller/docker/client.ts"
import { must } from "../support/command.ts"
import { until } from "../support/until.ts"
import {
  type Container,
  endpoint,
  idle,
  never,
  outcome,
  processes,
  rejection,
  remove,
} from "./docker-fixture.ts"

setDefaultTimeout(60_000)
const docker = createDocker(endpoint)
let box: Container
beforeAll(async () => {
  box = await idle()
})
afterAll(() => remove(box))

const start = (script: string, args: readonly string[] = [], signal = never, user?: string) =>
  docker.exec(
    { containerId: box.id, script, args, stdin: false, ...(user !== undefined && { user }) },
    signal,
  )
const feed = (script: string, args: readonly string[] = []) =>
  docker.exec({ containerId: box.id, script, args, stdin: true }, never)

describe("a tool that ends by itself", () => {
  test("gives its output, its errors and its exit code", async () => {
    const tool = await start("echo out; echo err >&2; exit 7")
    expect(tool.stdin).toBeNull()
    expect(await outcome(tool)).toEqual({ code: 7, stdout: "out\n", stderr: "err\n" })
  })

  test("gets its arguments as they are, never as shell text", async () => {
    const args = ["a b", "$(touch /tmp/injected)", "'\"`\\", "-n", "", "é🐘\nnext line"]
    const { stdout } = await outcome(await start('printf \'%s|\' "$#" "$@"', args))
    expect(stdout).toBe(`${[String(args.length), ...args].join("|")}|`)
  })

  test("may say nothing at all", async () => {
    expect(await outcome(await start("exec true"))).toEqual({ code: 0, stdout: "", stderr: "" })
  })

  test("has an exit code also when nobody reads its output", async () => {
    const tool = await start("echo unread; exit 3")
    expect(await tool.exit).toBe(3)
    expect((await outcome(tool)).stdout).toBe("unread\n")
  })

  test("may print what looks like the line that begins every stream", async () => {
    const { stdout } = await outcome(await start("echo dbbackup-pid:1; echo dbbackup-pid:2"))
    expect(stdout).toBe("dbbackup-pid:1\ndbbackup-pid:2\n")
  })

  test("runs as the user asked for", async () => {
    expect((await outcome(await start("id -u", [], never, "1000"))).stdout).toBe("1000\n")
  })

  test("keeps every byte of a large output in order, with a reader that pauses", async () => {
    const bytes = 64 * 1024 * 1024
    const script = 'seq 1 20000000 | head -c "$1"'
    const expected = await must([
      "docker",
      "exec",
      box.name,
      "sh",
      "-c",
      `${script} | sha256sum`,
      "sh",
      String(bytes),
    ])
    const hash = createHash("sha256")
    let seen = 0
    const tool = await start(script, [String(bytes)])
    const reader = new Writable({
      write(chunk: Buffer, _encoding, next) {
        hash.update(chunk)
        const before = seen
        seen += chunk.length
        // A reader that is busy for a moment every 8 MiB.
        before >> 23 === seen >> 23 ? next() : setTimeout(next, 20)
      },
    })
    await pipeline(tool.stdout, reader)
    expect(await tool.exit).toBe(0)
    expect(seen).toBe(bytes)
    expect(expected).toStartWith(hash.digest("hex"))
  })

  test("keeps only the last 16 KiB of its errors, while its output goes on", async () => {
    const { stdout, stderr } = await outcome(await start("seq 1 100000 >&2; echo done; echo last words >&2"))
    expect(stdout).toBe("done\n")
    expect(stderr.length).toBe(16 * 1024)
    expect(stderr).toEndWith("99999\n100000\nlast words\n")
  })
})

describe("a tool with input", () => {
  test("gets every byte, and the end", async () => {
    const input = Buffer.alloc(40 * 1024 * 1024, "0123456789\n\r\0\xff", "latin1")
    const tool = await feed("exec sha256sum")
    const [{ stdout, code }] = await Promise.all([
      outcome(tool),
      pipeline(async function* () {
        for (let at = 0; at < input.length; at += 100_000) yield input.subarray(at, at + 100_000)
      }, tool.stdin as Writable),
    ])
    expect(code).toBe(0)
    expect(stdout).toStartWith(createHash("sha256").update(input).digest("hex"))
  })

  test("goes on printing after its input has ended", async () => {
    const tool = await feed("cat >/dev/null; sleep 1; echo after")
    tool.stdin?.end("input")
    expect(await outcome(tool)).toEqual({ code: 0, stdout: "after\n", stderr: "" })
  })

  test("that stops reading tells why by its exit code, and the input fails instead of waiting", async () => {
    const tool = await feed("head -c 5; echo refused >&2; exit 3")
    const endless = async function* () {
      for (;;) yield Buffer.alloc(100_000)
    }
    const [read, written] = await Promise.allSettled([
      outcome(tool),
      pipeline(endless, tool.stdin as Writable),
    ])
    expect(read).toEqual({
      status: "fulfilled",
      value: { code: 3, stdout: "\0\0\0\0\0", stderr: "refused\n" },
    })
    expect(written).toMatchObject({ status: "rejected" })
  })

  test("is killed when its input breaks off, before it can take that for the end", async () => {
    const tool = await feed("cat >/dev/null; echo the end was seen >&2; exit 0")
    const broken = async function* () {
      yield Buffer.alloc(1_000_000)
      throw new Error("the copy is damaged")
    }
    const [written, read] = await Promise.allSettled([
      pipeline(broken, tool.stdin as Writable),
      outcome(tool),
    ])
    expect(written).toMatchObject({ reason: { message: "the copy is damaged" } })
    expect(read).toMatchObject({ reason: { message: "the copy is damaged" } })
    expect(await tool.exit).not.toBe(0)
    expect(tool.stderrTail()).not.toContain("the end was seen")
  })
})

describe("ending a tool", () => {
  test("kill() sends TERM, which a tool may use to clean up", async () => {
    const tool = await start("trap 'echo cleaning up; exit 9' TERM; echo ready; while :; do sleep 0.1; done")
    const read = outcome(tool)
    await tool.kill()
    expect(await read).toMatchObject({ code: 9, stdout: "ready\ncleaning up\n" })
    await tool.kill()
  })

  test("kill() ends a tool that takes no notice of TERM", async () => {
    const tool = await start("trap '' TERM; echo ready; while :; do sleep 0.1 || true; done")
    const read = outcome(tool)
    await tool.kill()
    expect((await read).code).toBe(137)
  }, 30_000)

  test("kill() ends a busy tool behind a shell, and everything it started", async () => {
    const tool = await start("(sleep 4711 & sleep 4712) & yes | tr y n | cat; sleep 4713")
    await new Promise((resolve) => tool.stdout.once("readable", resolve))
    expect(await processes(box)).toContain("4711")
    await tool.kill()
    expect(await processes(box)).not.toMatch(/471[123]|yes|tr y n/)
    tool.stdout.resume()
    expect(await tool.exit).not.toBe(0)
  })

  test("kill() works for a tool that runs as another user, and twice at the same time", async () => {
    const tool = await start("exec sleep 4721", [], never, "1000")
    await Promise.all([tool.kill(), tool.kill()])
    expect(await processes(box)).not.toContain("4721")
    expect((await outcome(tool)).code).toBe(143)
  })

  test("aborting the signal ends the tool and breaks its output off with the reason", async () => {
    const abort = new AbortController()
    const tool = await start("exec yes 4731", [], abort.signal)
    const reason = new Error("cancelled by a test")
    const reading = pipeline(tool.stdout, new Writable({ write: (_chunk, _encoding, next) => next() }))
    abort.abort(reason)
    expect(await rejection(reading)).toBe(reason)
    expect(await tool.exit).toBe(143)
    expect(await processes(box)).not.toContain("4731")
  })

  test("aborting while nobody reads, or after the end, harms nothing", async () => {
    const abort = new AbortController()
    const waiting = await start("exec yes 4741", [], abort.signal)
    const ended = await start("echo whole", [], abort.signal)
    expect((await outcome(ended)).code).toBe(0)
    abort.abort()
    expect(await waiting.exit).toBe(143)
    expect(await processes(box)).not.toContain("4741")
  })

  test("aborting during the start leaves no tool behind", async () => {
    for (const delayMs of [0, 3, 10, 30, 60, 100]) {
      const signal = AbortSignal.timeout(delayMs)
      const started = start("exec sleep 4751", [], signal)
      const error = await rejection(started.then((tool) => outcome(tool)))
      expect(error).toMatchObject({ name: "TimeoutError" })
      await started.then((tool) => tool.exit).catch(() => {})
      expect(await processes(box)).not.toContain("4751")
    }
  })

  test("dropping the output ends the tool", async () => {
    const tool = await start("exec yes 4761")
    tool.stdout.destroy()
    expect(await tool.exit).toBe(143)
    expect(await processes(box)).not.toContain("4761")
  })
})

describe("a container that cannot run the tool", () => {
  test("is refused when it has gone", async () => {
    const request = { containerId: "0".repeat(64), script: "true", args: [], stdin: false }
    expect(await rejection(docker.exec(request, never))).toMatchObject({
      code: "server-down",
      message: "container 000000000000 does not exist any more",
    })
  })

  test("is refused by name when it is stopped or paused, with what to do", async () => {
    const other = await idle()
    try {
      const request = { containerId: other.id, script: "true", args: [], stdin: false }
      await must(["docker", "pause", other.name])
      expect(await rejection(docker.exec(request, never))).toMatchObject({
        code: "server-down",
        message: `container ${other.name} is not running (paused)`,
        hint: `Unpause it: docker unpause ${other.name}.`,
      })
      await must(["docker", "unpause", other.name])
      await must(["docker", "kill", other.name])
      expect(await rejection(docker.exec(request, never))).toMatchObject({
        code: "server-down",
        message: `container ${other.name} is not running (exited)`,
      })
    } finally {
      await remove(other)
    }
  })

  test("is refused when it has no shell", async () => {
    const other = await idle()
    try {
      await must(["docker", "exec", other.name, "rm", "-f", "/bin/sh", "/usr/bin/sh"])
      const request = { containerId: other.id, script: "true", args: [], stdin: false }
      for (const stdin of [false, true]) {
        expect(await rejection(docker.exec({ ...request, stdin }, never))).toMatchObject({
          code: "tool-missing",
          message: "the container has no sh",
        })
      }
    } finally {
      await remove(other)
    }
  })

  test("is refused in Docker's words when the user does not exist", async () => {
    expect(await rejection(start("true", [], never, "nobody-of-that-name"))).toMatchObject({
      code: "docker-error",
      message: expect.stringContaining("unable to find user nobody-of-that-name"),
    })
  })
})

describe("a container that goes down under the tool", () => {
  const dump = "while :; do head -c 1000000 /dev/zero; sleep 0.01; done"
  const endings = [
    ["is killed", ["docker", "kill"], /stopped|went down|was restarted/],
    ["is removed", ["docker", "rm", "--force"], /was removed|stopped|went down/],
    ["is restarted", ["docker", "restart", "--time", "0"], /was restarted|stopped|went down/],
  ] as const
  for (const [what, command, words] of endings) {
    test(`never looks like a clean end when it ${what}`, async () => {
      const other = await idle()
      try {
        const request = { containerId: other.id, script: dump, args: [], stdin: false }
        const tool = await docker.exec(request, never)
        await new Promise((resolve) => tool.stdout.once("readable", resolve))
        const end = outcome(tool)
        const [error] = await Promise.all([rejection(end), must([...command, other.name])])
        expect(error).toMatchObject({ code: "server-lost", message: expect.stringMatching(words) })
        await tool.kill()
      } finally {
        await remove(other)
      }
    })
  }
})

test("nothing of ours is left running in the container", async () => {
  const left = await until("only the idle process", async () => {
    const lines = (await processes(box)).trim().split("\n").slice(1)
    return lines.every((line) => line.includes("sleep infinity")) && lines
  })
  expect(left).toHaveLength(2)
})
