// The compose project of the demo: brought up, watched until its servers are ready, and removed with all it made.
import { createServer } from "node:net"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { must, run } from "../../../test/support/command.ts"
import { query } from "./client.ts"
import { project, type SampleServer, sampleServers } from "./servers.ts"

const folder = join(import.meta.dir, "..")
const readySeconds = 180

export interface Stack {
  readonly compose: (...args: readonly string[]) => Promise<string>
  /** Where the controller is published on this machine. */
  readonly port: number
}

/** The stack with its port chosen: the one it already has, else 3000 or DBBACKUP_PORT, else any that is free. */
export async function openStack(composeCommand: readonly string[]): Promise<Stack> {
  const wanted = Number(process.env.DBBACKUP_PORT ?? 3000)
  let port = await publishedPort()
  if (port === undefined) {
    port = (await isFree(wanted)) ? wanted : await anyFreePort()
    if (port !== wanted) console.log(`port ${wanted} is taken: the dashboard will be on ${port}`)
  }
  const env: Record<string, string> = { DBBACKUP_PORT: String(port) }
  const socket = /^unix:\/\/(.+)$/.exec(process.env.DOCKER_HOST ?? "")?.[1]
  if (socket !== undefined) env.DOCKER_SOCKET = socket
  const prefix = [...composeCommand, "--project-name", project, "--file", join(folder, "compose.yaml")]
  return { port, compose: (...args) => must([...prefix, ...args], { env }) }
}

/** The name of a service's container. */
export function containerOf(service: string): string {
  return `${project}-${service}-1`
}

/** The end of a service's log. */
export async function lastWords(service: string): Promise<string> {
  const { stdout, stderr } = await run(["docker", "logs", "--tail", "10", containerOf(service)])
  return `${stdout}${stderr}`.trimEnd()
}

/** Resolves once every sample server answers with all of its sample data. */
export async function waitForServers(stack: Stack): Promise<void> {
  await Promise.all(sampleServers.map((server) => waitForServer(stack, server)))
}

async function waitForServer(stack: Stack, server: SampleServer): Promise<void> {
  let state = await settle(server)
  if (state === "cut short") {
    // Such a data folder looks initialised to the image, and would never get its sample data.
    console.log(`${server.service}: its first start was interrupted, starting again with an empty volume`)
    await stack.compose("rm", "--force", "--stop", "--volumes", server.service)
    await must(["docker", "volume", "rm", `${project}_${server.service}-data`])
    await stack.compose("up", "--detach", "--no-build", server.service)
    state = await settle(server)
  }
  if (state === "ready") return
  throw new Error(
    `${server.service} did not become ready (${state}). It says:\n${await lastWords(server.service)}`,
  )
}

async function settle(server: SampleServer): Promise<"ready" | "cut short" | "too slow"> {
  const deadline = Date.now() + readySeconds * 1000
  while (Date.now() < deadline) {
    const format = "{{.State.Status}} {{.State.Health.Status}}"
    const { stdout } = await run(["docker", "inspect", "--format", format, containerOf(server.service)])
    const [state, health] = stdout.trim().split(" ")
    if (state === "exited" || state === "dead") return "cut short"
    if (health === "healthy") return (await isComplete(server)) ? "ready" : "cut short"
    await sleep(500)
  }
  return "too slow"
}

async function isComplete({ service, databases, lastThing }: SampleServer): Promise<boolean> {
  try {
    for (const database of databases) await query(service, containerOf(service), database, "SELECT 1;\n")
    return (await query(service, containerOf(service), lastThing.database, lastThing.sql)) !== ""
  } catch {
    return false
  }
}

async function publishedPort(): Promise<number | undefined> {
  const { code, stdout } = await run(["docker", "port", containerOf("dbbackup"), "3000/tcp"])
  const port = /:(\d+)\s*$/.exec(stdout.split("\n")[0] ?? "")?.[1]
  return code === 0 && port !== undefined ? Number(port) : undefined
}

async function isFree(port: number): Promise<boolean> {
  return (await listen(port)) !== undefined
}

async function anyFreePort(): Promise<number> {
  const port = await listen(0)
  if (port === undefined) throw new Error("this machine has no free port on 127.0.0.1")
  return port
}

/** Listens for a moment; the port it got, or undefined when it is taken. */
function listen(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once("error", () => resolve(undefined))
    server.listen(port, "127.0.0.1", () => {
      const address = server.address()
      server.close(() => resolve(typeof address === "object" ? address?.port : undefined))
    })
  })
}
