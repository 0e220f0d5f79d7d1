// From a fresh clone with nothing but Node and npm to `bun <script>`: gets the pinned bun, installs the dependencies of
// bun.lock once, then hands over. Usage: node test/support/bootstrap.mjs <script.ts> [arguments…]
import { spawn, spawnSync } from "node:child_process"
import { createHash } from "node:crypto"
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { delimiter, dirname, join } from "node:path"
import { fileURLToPath } from "node:url"

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..")
const modules = join(root, "node_modules")
const wantedBun = JSON.parse(readFileSync(join(root, "package.json"), "utf8")).devDependencies.bun
const bunFromNpm = join(root, ".cache", "bun", wantedBun)
/** Holds the hash of what was installed. Written last, so it is only there after a complete installation. */
const stamp = join(modules, ".installed")
/** Holds the process that installs. Left behind by an interrupted installation, which is then thrown away. */
const installing = join(root, ".cache", "installing")

const [script, ...scriptArguments] = process.argv.slice(2)
if (script === undefined) stop("usage: node test/support/bootstrap.mjs <script.ts> [arguments…]")
const bun = await prepare()
handOver(bun)

async function prepare() {
  mkdirSync(join(root, ".cache"), { recursive: true })
  await waitForOtherInstallation()
  if (isInstalled()) {
    const installed = workingBun(modules)
    if (installed) return installed
  }
  const interrupted = existsSync(installing)
  writeFileSync(installing, String(process.pid))
  if (interrupted) rmSync(modules, { recursive: true, force: true })
  const installer = workingBun(modules) ?? workingBun(join(bunFromNpm, "node_modules")) ?? getBun()
  say("installing the dependencies of bun.lock")
  rmSync(stamp, { force: true })
  // The installer may be the very file that is replaced: a copy of it in memory goes on, so this is safe.
  const { status, stdout, stderr } = spawnSync(installer, ["install", "--frozen-lockfile"], {
    cwd: root,
    encoding: "utf8",
  })
  if (status !== 0) {
    rmSync(installing, { force: true })
    stop(`bun install --frozen-lockfile failed:\n${tail(`${stdout}${stderr}`)}`)
  }
  writeFileSync(stamp, lockHash())
  rmSync(installing, { force: true })
  return workingBun(modules) ?? installer
}

function isInstalled() {
  return existsSync(stamp) && readFileSync(stamp, "utf8") === lockHash()
}

function lockHash() {
  const hash = createHash("sha256")
  for (const name of ["bun.lock", "package.json"]) hash.update(readFileSync(join(root, name)))
  return hash.digest("hex")
}

async function waitForOtherInstallation() {
  let told = false
  while (existsSync(installing) && isAlive(Number(readFileSync(installing, "utf8")))) {
    if (!told) say("another process is installing the dependencies, waiting for it")
    told = true
    await new Promise((resolve) => setTimeout(resolve, 300))
  }
}

function isAlive(pid) {
  if (!(pid > 0) || pid === process.pid) return false
  try {
    process.kill(pid, 0)
  } catch (error) {
    return error.code === "EPERM"
  }
  // Its number may have gone to another process since, or it may be dead and not yet waited for.
  const commandLine = `/proc/${pid}/cmdline`
  return !existsSync(commandLine) || readFileSync(commandLine, "utf8").includes("bootstrap.mjs")
}

/** The wanted bun in a node_modules folder, or undefined. npm's package keeps it in one of two places. */
function workingBun(folder) {
  const platform = join(folder, "@oven")
  const builds = existsSync(platform)
    ? readdirSync(platform).map((name) => join(platform, name, "bin", "bun"))
    : []
  const candidates = [join(folder, ".bin", "bun"), join(folder, "bun", "bin", "bun.exe"), ...builds]
  return candidates.find((file) => {
    if (!existsSync(file)) return false
    const { status, stdout } = spawnSync(file, ["--version"], { encoding: "utf8" })
    return status === 0 && stdout.trim() === wantedBun
  })
}

/** Gets bun from npm into .cache. Newer npm does not run its install script, which is then run here. */
function getBun() {
  say(`getting bun ${wantedBun} from npm`)
  rmSync(bunFromNpm, { recursive: true, force: true })
  mkdirSync(bunFromNpm, { recursive: true })
  writeFileSync(join(bunFromNpm, "package.json"), '{ "private": true }\n')
  const npm = process.platform === "win32" ? "npm.cmd" : "npm"
  const options = ["--no-audit", "--no-fund", "--no-save", "--include=optional", "--loglevel=error"]
  const installed = spawnSync(npm, ["install", ...options, `bun@${wantedBun}`], {
    cwd: bunFromNpm,
    encoding: "utf8",
  })
  const folder = join(bunFromNpm, "node_modules")
  const found = workingBun(folder)
  if (found) return found
  spawnSync(process.execPath, [join(folder, "bun", "install.js")], { cwd: join(folder, "bun") })
  const unpacked = workingBun(folder)
  if (unpacked) return unpacked
  rmSync(installing, { force: true })
  return stop(
    `bun ${wantedBun} could not be got from npm. Is the npm registry reachable?\n${tail(installed.stderr || installed.error?.message || "")}`,
  )
}

/** Becomes the script, as far as the caller can tell: same streams, signals passed on, same end. */
function handOver(bun) {
  const path = [join(modules, ".bin"), process.env.PATH ?? ""].join(delimiter)
  const child = spawn(bun, [join(root, script), ...scriptArguments], {
    cwd: root,
    stdio: "inherit",
    env: { ...process.env, PATH: path },
  })
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
    // A terminal sends Ctrl-C to both of us already.
    process.on(signal, () => {
      if (signal !== "SIGINT" || !process.stdin.isTTY) child.kill(signal)
    })
  }
  child.on("error", (error) => stop(`bun could not be started: ${error.message}`))
  child.on("exit", (code, signal) => {
    if (signal === null) process.exit(code ?? 1)
    process.removeAllListeners(signal)
    process.kill(process.pid, signal)
  })
}

function tail(text) {
  return text.trim().split("\n").slice(-12).join("\n")
}

function say(text) {
  console.log(text)
}

function stop(text) {
  console.error(text)
  process.exit(1)
}
