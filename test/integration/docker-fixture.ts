// A container to run tools in, and a proxy in front of the engine's socket that can be told to misbehave.
import { mkdtempSync, rmSync } from "node:fs"
import { connect, createServer, type Server, type Socket } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { ExecProcess } from "../../controller/ports.ts"
import { must, run } from "../support/command.ts"

export const endpoint = process.env.DOCKER_HOST ?? "unix:///var/run/docker.sock"
/** Has a POSIX shell and coreutils. */
export const image = "oven/bun:1.4.5-slim"
export const never = new AbortController().signal

export interface Container {
  readonly id: string
  readonly name: string
}

/** A container that does nothing until it is stopped. It is the caller's to remove. */
export async function idle(flags: readonly string[] = []): Promise<Container> {
  const name = `dbbackup-test-docker-${Math.random().toString(36).slice(2, 8)}`
  const id = await must([
    ...["docker", "run", "--detach", "--init", "--name", name, "--entrypoint", "sleep"],
    ...[...flags, image, "infinity"],
  ])
  return { id: id.trim(), name }
}

export async function remove({ name }: Container): Promise<void> {
  await run(["docker", "rm", "--force", name])
}

/** What the processes of the container were started as, one line each. */
export async function processes({ name }: Container): Promise<string> {
  return await must(["docker", "top", name, "-eo", "pid,args"])
}

/** Reads the tool's output to its end, then its exit code. */
export async function outcome(tool: ExecProcess): Promise<{ code: number; stdout: string; stderr: string }> {
  const chunks: Buffer[] = []
  for await (const chunk of tool.stdout) chunks.push(chunk as Buffer)
  const code = await tool.exit
  return { code, stdout: Buffer.concat(chunks).toString(), stderr: tool.stderrTail() }
}

/** The error that a promise rejects with. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise
  } catch (error) {
    return error
  }
  throw new Error("it was expected to fail")
}

export interface EngineProxy {
  readonly endpoint: string
  /** The open connections whose request began with the text, such as `POST /exec/`. */
  connections(request: string): readonly Passage[]
  /** The first lines of all requests so far. */
  readonly requests: readonly string[]
  /** Drops every connection and refuses new ones. */
  down(): Promise<void>
  up(): Promise<void>
  close(): Promise<void>
}

export interface Passage {
  readonly client: Socket
  readonly engine: Socket
  request: string
  /** From the engine so far. */
  bytes: number
}

export interface Behaviour {
  /** The first bytes of a connection, before they reach the engine. */
  readonly request?: (head: string) => string | Promise<string>
  /** Ends the way to the engine after the first bytes, as proxies do that do not know of upgrades. */
  readonly dropInput?: boolean
  /** Called with each chunk on its way from the engine. False: it is not passed on. */
  readonly answer?: (passage: Passage, chunk: Buffer) => boolean
}

export async function proxy(behaviour: Behaviour = {}): Promise<EngineProxy> {
  const { request = (head) => head, answer = () => true, dropInput = false } = behaviour
  const folder = mkdtempSync(join(tmpdir(), "dbbackup-test-"))
  const path = join(folder, "docker.sock")
  const open = new Set<Passage>()
  const requests: string[] = []

  function pass(client: Socket): void {
    const engine = connect(endpoint.replace("unix://", ""))
    const passage: Passage = { client, engine, request: "", bytes: 0 }
    open.add(passage)
    client.on("error", () => engine.destroy())
    engine.on("error", () => client.destroy())
    client.on("close", () => engine.destroy())
    engine.on("close", () => open.delete(passage))
    client.once("data", async (chunk: Buffer) => {
      client.pause()
      passage.request = chunk.toString("latin1").split("\r\n", 1)[0] ?? ""
      requests.push(passage.request)
      engine.write(Buffer.from(await request(chunk.toString("latin1")), "latin1"))
      if (dropInput) engine.end()
      client.on("data", (next) => {
        if (!dropInput && !engine.write(next)) client.pause()
      })
      engine.on("drain", () => client.resume())
      client.on("end", () => engine.end())
      client.resume()
    })
    engine.on("data", (chunk: Buffer) => {
      passage.bytes += chunk.length
      if (answer(passage, chunk) && !client.write(chunk)) engine.pause()
    })
    client.on("drain", () => engine.resume())
    engine.on("end", () => client.end())
  }

  let server: Server | undefined
  async function up(): Promise<void> {
    const started = createServer({ allowHalfOpen: true }, pass)
    await new Promise<void>((resolve) => started.listen(path, resolve))
    server = started
  }
  async function down(): Promise<void> {
    server?.close()
    for (const { client, engine } of open) {
      client.destroy()
      engine.destroy()
    }
    rmSync(path, { force: true })
  }
  await up()
  return {
    endpoint: `unix://${path}`,
    connections: (start) => [...open].filter((passage) => passage.request.startsWith(start)),
    requests,
    up,
    down,
    async close() {
      await down()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
