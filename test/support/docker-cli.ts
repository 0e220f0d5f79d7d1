// Runs the engines' scripts in containers with the docker command, for tests of the scripts alone.
import { spawn } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Readable } from "node:stream"
import type { Script } from "../../controller/engines/engine.ts"
import type { ToolOutcome } from "../../controller/ports.ts"
import { must, run } from "./command.ts"
import { until } from "./until.ts"

export interface ContainerOptions {
  readonly environment?: Readonly<Record<string, string>>
  readonly flags?: readonly string[]
  readonly command?: readonly string[]
  /** Files by their path in the container, there before it starts. Readable and executable by all. */
  readonly files?: Readonly<Record<string, string>>
}

/** Starts a container of that image and returns its name. It is the caller's to remove. */
export async function startContainer(image: string, options: ContainerOptions = {}): Promise<string> {
  const { environment = {}, flags = [], command = [], files = {} } = options
  const name = `dbbackup-test-${image.replace(/\W/g, "-")}-${Math.random().toString(36).slice(2, 8)}`
  const env = Object.entries(environment).flatMap(([key, value]) => ["--env", `${key}=${value}`])
  // The scripts only use the socket and the loopback address, so no network is needed.
  await must(["docker", "create", "--name", name, "--network", "none", ...env, ...flags, image, ...command])
  try {
    for (const [path, text] of Object.entries(files)) await copyIn(name, path, text)
    await must(["docker", "start", name])
  } catch (error) {
    await removeContainer(name)
    throw error
  }
  return name
}

async function copyIn(container: string, path: string, text: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "dbbackup-test-"))
  const file = join(folder, "file")
  writeFileSync(file, text, { mode: 0o755 })
  await must(["docker", "cp", file, `${container}:${path}`])
  rmSync(folder, { recursive: true })
}

export async function removeContainer(name: string | undefined): Promise<void> {
  if (name) await run(["docker", "rm", "--force", "--volumes", name])
}

export type Outcome = ToolOutcome & { readonly bytes: Buffer }

/** A script that runs, as the controller runs it: stdout and stderr apart, its exit code at the end. */
export interface RunningScript {
  readonly ended: Promise<Outcome>
  /** What it has said on stderr so far. */
  stderr(): string
}

export function startScript(container: string, { script, args }: Script, input?: Buffer): RunningScript {
  const argv = [
    "exec",
    ...(input ? ["--interactive"] : []),
    container,
    "sh",
    "-c",
    script,
    "dbbackup",
    ...args,
  ]
  const child = spawn("docker", argv, { stdio: [input ? "pipe" : "ignore", "pipe", "pipe"] })
  let stderr = ""
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    stderr += text
  })
  // A tool that stops reading early closes the pipe; its exit code tells why.
  child.stdin?.on("error", () => {}).end(input)
  const code = new Promise<number>((resolve, reject) => {
    child.on("error", reject)
    child.on("close", (value) => resolve(value ?? -1))
  })
  const collect = async (): Promise<Outcome> => {
    const chunks: Buffer[] = []
    for await (const chunk of child.stdout as Readable) chunks.push(chunk)
    const bytes = Buffer.concat(chunks)
    return { code: await code, bytes, stdout: bytes.toString("utf8"), stderr }
  }
  return { ended: collect(), stderr: () => stderr }
}

export function runScript(container: string, script: Script, input?: Buffer): Promise<Outcome> {
  return startScript(container, script, input).ended
}

/** Runs a command in the container and returns what it prints. */
export function inside(container: string, argv: readonly string[], input?: string): Promise<string> {
  return must(["docker", "exec", "--interactive", container, ...argv], input === undefined ? {} : { input })
}

/** Waits until the container's log has a line like that. */
export async function untilLogged(container: string, pattern: RegExp): Promise<void> {
  await until(`${container} logs ${pattern}`, async () => {
    const { stdout, stderr } = await run(["docker", "logs", container])
    return pattern.test(stdout + stderr)
  })
}
