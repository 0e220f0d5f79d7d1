// Docker compose v2: the installed plugin, else Ubuntu's package, else Debian's, unpacked into the clone.
import { existsSync } from "node:fs"
import { join } from "node:path"
import { aptInstall, copyFromDebianPackage, distribution, installRefusal } from "./apt.ts"
import { run, which } from "./command.ts"
import { cacheFolder } from "./places.ts"

/** Debian has compose v2 since this release; its program also runs on the one before. */
const suite = "trixie"

const pluginPath = "usr/libexec/docker/cli-plugins/docker-compose"

/** What to write before compose's own arguments: `docker compose`, or the path of a program that is the same. */
export async function ensureCompose(): Promise<readonly string[]> {
  const unpacked = join(cacheFolder("docker"), "docker-compose")
  const found = await firstThatWorks([["docker", "compose"], ["docker-compose"], [unpacked]])
  if (found !== undefined) return found
  if (process.env.DBBACKUP_NO_INSTALL === "1" || which("apt-get") === undefined) {
    throw new Error("docker compose v2 is missing: install Docker's compose plugin")
  }
  if (distribution() === "ubuntu") {
    const refusal = installRefusal()
    if (refusal !== undefined)
      throw new Error(`docker compose v2 is missing, and ${refusal}: install docker-compose-v2`)
    await aptInstall(["docker-compose-v2"], "docker compose is missing")
  } else {
    console.log(`docker compose is missing: unpacking ${suite}'s docker-compose into .cache/docker`)
    await copyFromDebianPackage(suite, "docker-compose", pluginPath, unpacked)
  }
  const installed = await firstThatWorks([["docker", "compose"], [unpacked]])
  if (installed === undefined)
    throw new Error("docker compose v2 does not run here: install Docker's compose plugin")
  return installed
}

async function firstThatWorks(
  commands: readonly (readonly string[])[],
): Promise<readonly string[] | undefined> {
  for (const command of commands) {
    if (command[0]?.startsWith("/") && !existsSync(command[0])) continue
    const { code, stdout } = await run([...command, "version", "--short"])
    if (code === 0 && /^v?[2-9]\./.test(stdout.trim())) return command
  }
  return undefined
}
