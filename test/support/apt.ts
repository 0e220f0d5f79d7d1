// Debian's packages: installs them on the machine when that is allowed, or fetches a single one into the clone.
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs"
import { join } from "node:path"
import { must, run, which } from "./command.ts"
import { cacheFolder } from "./places.ts"

const defaultMirror = "http://deb.debian.org/debian"
const keyring = "/usr/share/keyrings/debian-archive-keyring.gpg"

/** Why packages cannot be installed here, or undefined when they can. */
export function installRefusal(): string | undefined {
  if (process.env.DBBACKUP_NO_INSTALL === "1") return "DBBACKUP_NO_INSTALL=1 forbids installing it"
  if (which("apt-get") === undefined) return "only Debian and Ubuntu are installed on automatically"
  if (process.getuid?.() !== 0) return "only root can install it"
  return undefined
}

let updated: Promise<unknown> | undefined

/** Installs those of the packages that this release has, of which `wanted[0]` must be one. Says so in one line. */
export async function aptInstall(wanted: readonly string[], purpose: string): Promise<void> {
  const environment = { DEBIAN_FRONTEND: "noninteractive" }
  // An unreachable third-party source makes this fail without any harm; the install below is what counts.
  updated ??= run(["apt-get", "-o", "DPkg::Lock::Timeout=120", "update"], { env: environment })
  await updated
  const known = await Promise.all(wanted.map(hasCandidate))
  const packages = wanted.filter((_, index) => index === 0 || known[index])
  console.log(`installing ${packages.join(", ")} from ${distribution()}'s packages: ${purpose}`)
  await must(
    ["apt-get", "-o", "DPkg::Lock::Timeout=120", "install", "-y", "--no-install-recommends", ...packages],
    { env: environment },
  )
}

async function hasCandidate(name: string): Promise<boolean> {
  const { stdout } = await run(["apt-cache", "policy", name], { env: { LC_ALL: "C" } })
  return /Candidate: (?!\(none\))/.test(stdout)
}

/** "debian", "ubuntu", … from os-release. */
export function distribution(): string {
  return /^ID="?([^"\n]+)/m.exec(readIfThere("/etc/os-release"))?.[1] ?? "unknown"
}

/** The Debian mirror this machine is set up with; Debian's own otherwise. DEBIAN_MIRROR overrules both. */
export function debianMirror(): string {
  if (process.env.DEBIAN_MIRROR) return process.env.DEBIAN_MIRROR
  const folder = "/etc/apt/sources.list.d"
  const parts = existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : []
  for (const file of ["/etc/apt/sources.list", ...parts]) {
    const found = /^(?:URIs:|deb )\s*(?:\[[^\]]*\]\s*)?(https?:\/\/\S+\/debian)\/?(?=\s|$)/m.exec(
      readIfThere(file),
    )
    if (found?.[1]) return found[1]
  }
  return defaultMirror
}

/** Copies one file out of a package of a Debian suite; the machine's own package state is not touched. */
export async function copyFromDebianPackage(
  suite: string,
  name: string,
  file: string,
  target: string,
): Promise<void> {
  if (!existsSync(keyring))
    throw new Error(`${name} cannot be trusted: Debian's keys are not here (${keyring})`)
  const work = mkdtempSync(join(cacheFolder("apt"), `${name}-`))
  try {
    await unpack(suite, name, work)
    copyFileSync(join(work, "root", file), `${target}.new`)
    chmodSync(`${target}.new`, 0o755)
    renameSync(`${target}.new`, target)
  } finally {
    rmSync(work, { recursive: true })
  }
}

async function unpack(suite: string, name: string, work: string): Promise<void> {
  const state = join(work, "state")
  const archives = join(work, "cache")
  mkdirSync(join(state, "lists", "partial"), { recursive: true })
  mkdirSync(join(archives, "archives", "partial"), { recursive: true })
  writeFileSync(join(work, "sources.list"), `deb [signed-by=${keyring}] ${debianMirror()} ${suite} main\n`)
  writeFileSync(join(work, "status"), "")
  const settings = {
    "Dir::Etc::SourceList": join(work, "sources.list"),
    "Dir::Etc::SourceParts": "/dev/null",
    "Dir::State": state,
    "Dir::State::status": join(work, "status"),
    "Dir::Cache": archives,
    "APT::Sandbox::User": "root",
    "APT::Update::Error-Mode": "any",
    "Acquire::Languages": "none",
    "Acquire::Check-Valid-Until": "false",
  }
  const options = Object.entries(settings).flatMap(([key, value]) => ["-o", `${key}=${value}`])
  await must(["apt-get", ...options, "update"])
  await must(["apt-get", ...options, "download", name], { cwd: work })
  const archive = readdirSync(work).find((file) => file.endsWith(".deb"))
  if (archive === undefined) throw new Error(`apt downloaded no file for ${name}`)
  await must(["dpkg-deb", "-x", join(work, archive), join(work, "root")])
}

function readIfThere(file: string): string {
  return existsSync(file) ? readFileSync(file, "utf8") : ""
}
