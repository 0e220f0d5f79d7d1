// The Docker engine for tests and the demo: the running one, else Debian's or Ubuntu's own, installed and started here.
// Remembers which process it started, for whom, so that whoever ends first does not stop the other's engine.
import { spawn } from "node:child_process"
import { closeSync, existsSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { aptInstall, distribution, installRefusal } from "./apt.ts"
import { run, which } from "./command.ts"
import { cacheFolder } from "./places.ts"

export interface Engine {
  readonly version: string
  /** The dockerd that this clone started and that still runs; null when the machine's own is used. */
  readonly startedPid: number | null
}

/** Who needs the engine. The demo's stack stays after the demo, and the engine with it. */
export type Owner = "test" | "demo"

const startSeconds = 60

/** A running engine. Throws with what to do when there is none and none can be started. */
export async function ensureEngine(owner: Owner = "test"): Promise<Engine> {
  let version = await engineVersion()
  if (version === undefined) {
    const server = process.env.DOCKER_HOST
    if (server)
      throw new Error(`no Docker engine answers at DOCKER_HOST=${server}: start it, or unset DOCKER_HOST`)
    await refuseWithoutRights()
    if (which("dockerd") === undefined || which("docker") === undefined) await install()
    version = (await engineVersion()) ?? (await start(owner))
  }
  return { version, startedPid: startedEngine()?.pid ?? null }
}

/** Stops the engine if this clone started it for the same owner; any other is left alone. */
export async function stopEngineIfStarted(owner: Owner = "test"): Promise<void> {
  const started = startedEngine()
  if (started === undefined || started.owner !== owner) return
  process.kill(started.pid, "SIGTERM")
  for (let tenths = 0; tenths < 200 && isDockerd(started.pid); tenths++) await sleep(100)
  if (isDockerd(started.pid)) process.kill(started.pid, "SIGKILL")
  rmSync(stateFile(), { force: true })
}

async function engineVersion(): Promise<string | undefined> {
  const { code, stdout } = await run(["docker", "version", "--format", "{{.Server.Version}}"], {
    timeoutSeconds: 15,
  })
  return code === 0 ? stdout.trim() : undefined
}

async function refuseWithoutRights(): Promise<void> {
  const { stderr } = await run(["docker", "version"], { timeoutSeconds: 15 })
  if (/permission denied/i.test(stderr)) {
    throw new Error(
      "a Docker engine runs, but this user may not use it: join the group docker, or run this as root",
    )
  }
  if (process.getuid?.() !== 0) {
    throw new Error(
      "no Docker engine answers, and only root can start one: start Docker, or run this as root",
    )
  }
}

async function install(): Promise<void> {
  const refusal = installRefusal()
  if (refusal !== undefined)
    throw new Error(`no Docker engine answers, and ${refusal}: install and start Docker`)
  // Newer releases have the command-line client in a package of its own.
  await aptInstall(["docker.io", "iptables", "docker-cli"], "no Docker engine answers here")
  if (which("dockerd") === undefined)
    throw new Error(`${distribution()}'s docker.io brought no dockerd: install Docker`)
  // Where an init system runs, the package has started its service.
  for (let tenths = 0; tenths < 30 && (await engineVersion()) === undefined; tenths++) await sleep(100)
}

async function start(owner: Owner): Promise<string> {
  if (process.env.DBBACKUP_NO_INSTALL === "1") {
    throw new Error("no Docker engine answers, and DBBACKUP_NO_INSTALL=1 forbids starting one: start Docker")
  }
  console.log("no Docker engine answers: starting dockerd in the background (log: .cache/docker/dockerd.log)")
  const firewalls = existsSync("/usr/sbin/iptables-legacy") ? [false, true] : [false]
  let log = ""
  for (const legacy of firewalls) {
    const version = await launch(owner, legacy)
    if (version !== undefined) return version
    log = readFileSync(logFile(), "utf8")
    // Some kernels only have the older of the two packet filters.
    if (!/iptables/i.test(log)) break
  }
  throw new Error(`dockerd did not start:\n${log.trim().split("\n").slice(-8).join("\n")}`)
}

async function launch(owner: Owner, legacyFirewall: boolean): Promise<string | undefined> {
  forgetDeadDaemon()
  const log = openSync(logFile(), "w")
  const daemon = spawn("dockerd", [], {
    cwd: "/",
    detached: true,
    stdio: ["ignore", log, log],
    env: legacyFirewall
      ? { ...process.env, PATH: `${await legacyIptables()}:${process.env.PATH}` }
      : process.env,
  })
  closeSync(log)
  let ended = false
  daemon.on("error", () => {
    ended = true
  })
  daemon.on("exit", () => {
    ended = true
  })
  daemon.unref()
  if (daemon.pid === undefined) return undefined
  writeFileSync(stateFile(), JSON.stringify({ pid: daemon.pid, owner }))
  const deadline = Date.now() + startSeconds * 1000
  while (!ended && Date.now() < deadline) {
    const version = await engineVersion()
    if (version !== undefined) return version
    await sleep(200)
  }
  if (!ended) process.kill(daemon.pid, "SIGTERM")
  rmSync(stateFile(), { force: true })
  return undefined
}

/** A killed dockerd leaves its pid file; once another process has that number, dockerd refuses to start. */
function forgetDeadDaemon(): void {
  const file = "/var/run/docker.pid"
  if (existsSync(file) && !isDockerd(Number(readFileSync(file, "utf8")))) rmSync(file)
}

/** A folder in which iptables means the legacy one. */
async function legacyIptables(): Promise<string> {
  const folder = cacheFolder("docker", "iptables-legacy")
  for (const name of ["iptables", "ip6tables"]) {
    await run(["ln", "-sf", `/usr/sbin/${name}-legacy`, join(folder, name)])
  }
  return folder
}

function startedEngine(): { readonly pid: number; readonly owner: Owner } | undefined {
  if (!existsSync(stateFile())) return undefined
  const state: { pid: number; owner: Owner } = JSON.parse(readFileSync(stateFile(), "utf8"))
  return isDockerd(state.pid) ? state : undefined
}

function isDockerd(pid: number): boolean {
  const file = `/proc/${pid}/stat`
  // The letter after the name is the state: a dead process that nobody has waited for is a Z.
  return existsSync(file) && /\(dockerd\) [^ZX]/.test(readFileSync(file, "utf8"))
}

function stateFile(): string {
  return join(cacheFolder("docker"), "engine.json")
}

function logFile(): string {
  return join(cacheFolder("docker"), "dockerd.log")
}
