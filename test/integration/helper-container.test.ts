// Tools in a throw-away container beside a real one: their output, their exit code, and that nothing stays, whatever happens.
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test"
import { mkdtempSync, readdirSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createDocker } from "../../controller/docker/client.ts"
import { connect } from "../../controller/docker/connection.ts"
import { runInHelper } from "../../controller/docker/helper-container.ts"
import { type Pipes, pipesIn } from "../../controller/docker/pipes.ts"
import { must, run } from "../support/command.ts"
import { until } from "../support/until.ts"
import { type Container, endpoint, idle, image, never, outcome, rejection, remove } from "./docker-fixture.ts"

setDefaultTimeout(120_000)
const installation = `test-${Math.random().toString(36).slice(2, 10)}`
const pipes = mkdtempSync(join(tmpdir(), "dbbackup-pipes-"))
const docker = createDocker(endpoint, { installation, instance: "1" }, undefined, pipes)
const memoryBytes = 256 * 2 ** 20

let box: Container
beforeAll(async () => {
  box = await idle(["--env", "SECRET=it's a $ecret", "--env", "OTHER=1", "--user", "1000"])
})
afterAll(() => remove(box))

interface Wish {
  readonly args?: readonly string[]
  readonly signal?: AbortSignal
  readonly stdin?: boolean
  readonly helper?: { readonly image: string | null; readonly memoryBytes: number }
  readonly beside?: Container
}
const start = (script: string, wish: Wish = {}) => {
  const { args = [], signal = never, stdin = false, helper = { image: null, memoryBytes } } = wish
  return docker.exec({ containerId: (wish.beside ?? box).id, script, args, stdin, helper }, signal)
}

async function helpers(): Promise<readonly string[]> {
  const filter = `label=dbbackup.installation=${installation}`
  const names = await must(["docker", "ps", "--all", "--filter", filter, "--format", "{{.Names}}"])
  return names.split("\n").filter((name) => name !== "")
}
/** What runs in the process space that the container shares with its helpers. */
const inBox = () =>
  must([
    "docker",
    "exec",
    box.name,
    "sh",
    "-c",
    "for f in /proc/[0-9]*/cmdline; do tr '\\0' ' ' <$f; echo; done",
  ])
/** Names of the volumes that are mounted in a container. */
async function volumesOf(name: string): Promise<readonly string[]> {
  const format = '{{range .Mounts}}{{if eq .Type "volume"}}{{.Name}} {{end}}{{end}}'
  return (await must(["docker", "inspect", "--format", format, name])).trim().split(" ").filter(Boolean)
}

describe("a tool in a helper container", () => {
  test("gives its output, its errors and its exit code, and is gone by then", async () => {
    const tool = await start("echo out; echo err >&2; exit 7")
    expect(await outcome(tool)).toEqual({ code: 7, stdout: "out\n", stderr: "err\n" })
    expect(await helpers()).toEqual([])
  })

  test("has the environment, the user, the network and the processes of the server's container", async () => {
    const tool = await start('printf "%s|" "$SECRET" "$(id -u)"; hostname; tr "\\000" " " </proc/1/cmdline')
    const { stdout } = await outcome(tool)
    expect(stdout).toStartWith("it's a $ecret|1000|")
    expect(stdout).toContain("sleep infinity")
  })

  test("is not in the server's container: what it writes stays outside, and its image's files are its own", async () => {
    expect((await outcome(await start("echo x >/tmp/beside; cat /tmp/beside"))).stdout).toBe("x\n")
    expect((await run(["docker", "exec", box.name, "test", "-e", "/tmp/beside"])).code).toBe(1)
  })

  test("prints into a pipe that the engine has no part in, whoever it runs as, and no name of it stays", async () => {
    const { stdout } = await outcome(await start("readlink /proc/self/fd/1; id -u"))
    // Its name may be gone already.
    expect(stdout.replace(" (deleted)", "")).toBe("/dbbackup-output\n1000\n")
    expect(readdirSync(pipes)).toEqual([])
  })

  test("prints through the engine when that cannot mount a pipe, then and from then on", async () => {
    const connection = connect(endpoint, { installation, instance: "1" })
    const here = pipesIn(connection, pipes)
    const elsewhere: Pipes = {
      ...here,
      async offer(fed, signal) {
        const offered = await here.offer(fed, signal)
        if (offered === null) return null
        const { output } = offered
        return { ...offered, output: { ...output, source: `/of-another-machine${output.source}` } }
      },
    }
    const request = { containerId: box.id, script: "readlink /proc/self/fd/1", args: [], stdin: false }
    const helper = { image: null, memoryBytes }
    const tool = () =>
      runInHelper(
        connection,
        request,
        helper,
        { guess: () => null, secrets: async () => ({ password: "", ca: "" }) },
        elsewhere,
        never,
      )
    expect((await outcome(await tool())).stdout).toStartWith("pipe:")
    expect(readdirSync(pipes)).toEqual([])
    expect(await elsewhere.offer(false, never)).toBeNull()
    expect((await outcome(await tool())).stdout).toStartWith("pipe:")
  })

  test("gets its arguments as they are, and all of its input", async () => {
    const args = ["a b", "$(touch /tmp/injected)", "'\"`\\", "", "é🐘\nnext line"]
    const tool = await start('printf "%s|" "$@"; exec sha256sum', { args, stdin: true })
    const input = Buffer.alloc(8 * 2 ** 20, "a line of input\n")
    tool.stdin?.end(input)
    const { code, stdout } = await outcome(tool)
    expect(code).toBe(0)
    expect(stdout).toBe(
      `${args.join("|")}|${new Bun.CryptoHasher("sha256").update(input).digest("hex")}  -\n`,
    )
    expect(readdirSync(pipes)).toEqual([])
    expect(await helpers()).toEqual([])
  })

  test("is fed by a pipe that the engine has no part in, and is ended when what it is fed breaks off", async () => {
    const fed = await start("readlink /proc/self/fd/0; exec cat", { stdin: true })
    fed.stdin?.end("all of it")
    const { stdout } = await outcome(fed)
    expect(stdout.replace(" (deleted)", "")).toBe("/dbbackup-input\nall of it")
    const broken = await start("cat >/dev/null; echo it took that for the end", { stdin: true })
    broken.stdin?.write("half of it")
    await Bun.sleep(100)
    broken.stdin?.destroy(new Error("it broke off"))
    const said: Buffer[] = []
    broken.stdout.on("data", (chunk) => said.push(chunk))
    await broken.exit.catch(() => {})
    expect(Buffer.concat(said).toString()).toBe("")
    expect(await helpers()).toEqual([])
    expect(readdirSync(pipes)).toEqual([])
  })

  test("shows nothing of the server's environment but to the engine", async () => {
    const tool = await start("sleep 5551")
    const [name = ""] = await helpers()
    const { labels, cmd } = JSON.parse(
      await must([
        ...["docker", "inspect", "--format"],
        ...['{"labels":{{json .Config.Labels}},"cmd":{{json .Args}}}', name],
      ]),
    )
    expect(JSON.stringify([labels, cmd])).not.toContain("ecret")
    expect(labels["dbbackup.internal"]).toBe("true")
    const ports = await must(["docker", "port", name])
    expect(ports).toBe("")
    await tool.kill()
    expect(await helpers()).toEqual([])
  })

  test("keeps every byte when its reader stalls after it has ended", async () => {
    const bytes = 3 * 2 ** 20
    const tool = await start('head -c "$1" /dev/zero', { args: [String(bytes)] })
    await Bun.sleep(4000)
    let seen = 0
    for await (const chunk of tool.stdout) {
      seen += (chunk as Buffer).length
      if (seen < 2 ** 20) await Bun.sleep(500)
    }
    expect(await tool.exit).toBe(0)
    expect(seen).toBe(bytes)
  })
})

describe("ends with its helper removed", () => {
  test("when it is cancelled, though it takes no hint, and with all that it started", async () => {
    const cancel = new AbortController()
    const tool = await start("trap '' TERM; sleep 5552 & while :; do sleep 1; done", {
      signal: cancel.signal,
    })
    await until("its child runs", async () => (await inBox()).includes("sleep 5552"))
    const began = performance.now()
    cancel.abort(new Error("cancelled"))
    await rejection(tool.exit).catch(() => {})
    await until("nothing is left", async () => (await helpers()).length === 0)
    expect(performance.now() - began).toBeLessThan(40_000)
    expect(await inBox()).not.toContain("sleep 5552")
  })

  test("when the start is cancelled at any moment", async () => {
    for (const milliseconds of [1, 20, 60, 120, 200, 300]) {
      const cancel = new AbortController()
      const starting = start("exec sleep 5553", { signal: cancel.signal })
      setTimeout(() => cancel.abort(new Error("too late")), milliseconds)
      // Started by then or not, it never ends well.
      const outcome = await starting.then((tool) => tool.exit).catch((error: unknown) => error)
      expect(outcome).not.toBe(0)
      await until("nothing is left", async () => (await helpers()).length === 0)
    }
  })

  test("when its reader goes away", async () => {
    const tool = await start("while echo more and more; do :; done")
    tool.stdout.once("data", () => tool.stdout.destroy())
    await tool.exit.catch(() => {})
    expect(await helpers()).toEqual([])
  })

  test("when it needs more memory than it is allowed, which is told as such", async () => {
    const helper = { image: null, memoryBytes: 32 * 2 ** 20 }
    const tool = await start("head -c 500m /dev/zero | tail -n 1 >/dev/null", { helper })
    const error = await rejection(outcome(tool))
    expect(error).toMatchObject({ code: "docker-error", message: expect.stringContaining("32 MiB") })
    expect(await helpers()).toEqual([])
  })

  test("when the server's container goes down, which is told as such", async () => {
    const other = await idle()
    try {
      const tool = await start("exec sleep 5554", { beside: other })
      await must(["docker", "kill", other.name])
      expect(await rejection(outcome(tool))).toMatchObject({ code: "server-lost" })
      expect(await helpers()).toEqual([])
      expect(await rejection(start("true", { beside: other }))).toMatchObject({ code: "server-down" })
    } finally {
      await remove(other)
    }
  })

  test("when somebody else removes it, which is told as such", async () => {
    const tool = await start("exec sleep 5555")
    await must(["docker", "rm", "--force", ...(await helpers())])
    expect(await rejection(outcome(tool))).toMatchObject({
      code: "docker-error",
      message: expect.stringContaining("was removed"),
    })
  })
})

describe("an image", () => {
  test("that is not there is not pulled", async () => {
    const helper = { image: "dbbackup-test/none:1", memoryBytes }
    expect(await rejection(start("true", { helper }))).toMatchObject({
      code: "tool-missing",
      hint: expect.stringContaining("docker pull dbbackup-test/none:1"),
    })
    expect(await helpers()).toEqual([])
  })

  test("of the operator's choice serves a server whose own has no shell", async () => {
    const bare = await idle()
    try {
      await must(["docker", "exec", bare.name, "rm", "-f", "/bin/sh", "/usr/bin/sh"])
      const helper = { image, memoryBytes }
      const tool = await start("readlink /proc/1/exe; echo ok", { helper, beside: bare })
      expect((await outcome(tool)).stdout).toEndWith("ok\n")
      expect(await docker.endLeftovers(bare.id, never)).toBe(0)
    } finally {
      await remove(bare)
    }
  })

  test("that declares volumes gets none of its own, and the server keeps its own", async () => {
    const name = `dbbackup-test-helper-${Math.random().toString(36).slice(2, 8)}`
    const flags = ["--detach", "--name", name, "--entrypoint", "sleep"]
    const id = (await must(["docker", "run", ...flags, "postgres:17", "infinity"])).trim()
    const beside = { id, name }
    const [own = ""] = await volumesOf(name)
    try {
      await must(["docker", "exec", name, "sh", "-c", 'echo kept >"$PGDATA/mark"'])
      const script = 'cat "$PGDATA/mark"; touch "$PGDATA/x" 2>/dev/null || echo read-only'
      expect((await outcome(await start(script, { beside }))).stdout).toBe("kept\nread-only\n")
      // The data folder of the image is no volume of this server.
      const foreign = await start("sleep 1", { beside, helper: { image: "mysql:9", memoryBytes } })
      const [helper = ""] = await helpers()
      expect(await volumesOf(helper)).toEqual([own])
      await outcome(foreign)
      // Removed without its volume while a helper reads it: the volume is all that is left of the data.
      const tool = await start("exec sleep 5556", { beside })
      await must(["docker", "rm", "--force", name])
      await tool.exit.catch(() => {})
      await until("the helper is gone", async () => (await helpers()).length === 0)
      expect((await run(["docker", "volume", "inspect", own])).code).toBe(0)
    } finally {
      await run(["docker", "rm", "--force", "--volumes", name])
      await run(["docker", "volume", "rm", own])
    }
  })
})

describe("what a killed process left", () => {
  test("is removed at the next one's first look; that of this one and of other installations is not", async () => {
    const request = { containerId: box.id, args: [], stdin: false, helper: { image: null, memoryBytes } }
    await docker.exec({ ...request, script: "exec sleep 5561" }, never)
    const other = createDocker(endpoint, { installation: `${installation}-2`, instance: "1" })
    const foreign = await other.exec({ ...request, script: "exec sleep 5562" }, never)
    const next = createDocker(endpoint, { installation, instance: "2" })
    const own = await next.exec({ ...request, script: "exec sleep 5563" }, never)
    await next.observe(never)
    const running = await inBox()
    expect(running.match(/sleep 556\d/g)?.sort()).toEqual(["sleep 5562", "sleep 5563"])
    await docker.exec({ ...request, script: "exec sleep 5564" }, never)
    expect(await next.endLeftovers(box.id, never)).toBe(1)
    expect(await inBox()).not.toContain("sleep 5564")
    await Promise.all([foreign.kill(), own.kill()])
    expect(await helpers()).toEqual([])
  })
})

describe("a helper for a server that has no container", () => {
  const password = `hush 'hu$h' \\n "x"  `
  const help = { guess: () => null, secrets: async () => ({ password, ca: "-----A-----\nB\n" }) }
  const outside = createDocker(endpoint, { installation, instance: "1" }, help)
  const server = {
    type: "postgres",
    host: "db.example.com",
    user: "u",
    labels: {},
    tls: { mode: "require" },
  } as const
  const begin = (script: string, stdin: boolean, toolImage: string | null = image) => {
    const helper = { image: toolImage, memoryBytes, outside: { server, serverVersion: null } }
    return outside.exec({ containerId: "outside:x", script, args: ["a b"], stdin, helper }, never)
  }

  test("has its password and certificates in its shell and in memory, and nobody else sees them", async () => {
    const tool = await begin(
      'printf "%s|" "$1" "$dbbackup_password"; cat "$dbbackup_ca"; env; sleep 2',
      false,
    )
    const shown = await must(["docker", "inspect", ...(await helpers())])
    expect(shown).not.toContain("hush")
    const { stdout } = await outcome(tool)
    expect(stdout).toStartWith(`a b|${password}|-----A-----\nB\n`)
    expect(stdout).toContain("DBBACKUP_SERVER_HOST=db.example.com")
    expect(stdout.slice(stdout.indexOf("B\n"))).not.toContain("hush")
    expect(await helpers()).toEqual([])
  })

  test("gives its tool all of the input that comes after them, and leaves no volume", async () => {
    const tool = await begin("exec sha256sum", true, "mysql:9")
    const [helper = ""] = await helpers()
    expect(await volumesOf(helper)).toEqual([])
    const input = Buffer.alloc(5 * 2 ** 20, "a line of input\n")
    tool.stdin?.end(input)
    const { stdout } = await outcome(tool)
    expect(stdout).toBe(`${new Bun.CryptoHasher("sha256").update(input).digest("hex")}  -\n`)
  })

  test("says what to pull when no local image has its tools", async () => {
    expect(await rejection(begin("true", false, null))).toMatchObject({
      code: "tool-missing",
      hint: expect.stringContaining("docker pull postgres"),
    })
  })
})

test("whoever stops can wait until its helpers are gone, however early they are cancelled", async () => {
  const stopping = createDocker(endpoint, { installation, instance: "9" })
  const stop = new AbortController()
  const request = { containerId: box.id, args: [], stdin: false, helper: { image: null, memoryBytes } }
  for (let n = 0; n < 4; n++)
    void stopping.exec({ ...request, script: "exec sleep 5591" }, stop.signal).catch(() => {})
  await Bun.sleep(150)
  stop.abort(new Error("stopped"))
  await stopping.helpersGone(60_000)
  expect(await helpers()).toEqual([])
})
