// `npm test`: prepares what the tests need, runs all of them, and ends with one line, `N passed, N failed`.
// With arguments, `npm test -- test/core/key.test.ts`, it runs just those files.
import { mkdirSync, readFileSync, rmSync } from "node:fs"
import { join } from "node:path"
import { project as demoProject } from "../examples/quickstart/demo/servers.ts"
import { type BucketStore, startBucketStore } from "./support/bucket-store.ts"
import { ensureChromium } from "./support/chromium.ts"
import { must } from "./support/command.ts"
import { ensureCompose } from "./support/compose.ts"
import { ensureEngine, stopEngineIfStarted } from "./support/engine.ts"
import { ensureImages } from "./support/images.ts"
import { cacheFolder, repository } from "./support/places.ts"

/** Every image a test starts. */
const images = [
  "postgres:18",
  "postgres:17",
  "postgres:15",
  "postgres:13",
  "mysql:9",
  "mariadb:11.8",
  "mariadb:10.11",
  "mariadb:10.5",
  "oven/bun:1.4.5-slim",
  "dbbackup-test-by-hand:1",
]

type Count = { readonly passed: number; readonly failed: number }
const reports = cacheFolder("reports")
const bun = process.execPath
const chosen = process.argv.slice(2)
let store: BucketStore | undefined

async function main(): Promise<Count> {
  const checks =
    chosen.length > 0
      ? []
      : [
          await check("types", ["node_modules/.bin/tsc", "--noEmit"]),
          await check("format and lint", ["node_modules/.bin/biome", "check", "."]),
        ]
  const engine = await ensureEngine()
  console.log(`Docker engine ${engine.version}`)
  await ensureImages(images)
  await ensureCompose()
  process.env.CHROMIUM = await ensureChromium()
  store = await startBucketStore()
  process.env.S3_TEST_ENDPOINT = store.endpoint
  const build = await check("dashboard build", [bun, "run", "build"])
  if (chosen.length > 0)
    return sum([
      build,
      await suite(chosen.every((path) => path.startsWith("test/dashboard")) ? "dashboard" : "chosen", chosen),
    ])
  return sum([
    ...checks,
    build,
    await suite("dashboard", ["test/dashboard"]),
    await suite("unit", [
      "test/core",
      "test/schemas",
      "test/golden",
      "test/state",
      "test/settings",
      "test/api",
      "test/pipeline",
      "test/destinations",
      "test/engines",
      "test/docker",
      "test/reconcile",
      "test/jobs",
      "test/cli",
      "test/architecture.test.ts",
    ]),
    await suite("integration", ["test/integration"]),
    await suite("faults", ["test/faults"]),
    await browser(),
    await demo(),
  ])
}

const sum = (counts: readonly Count[]): Count => ({
  passed: counts.reduce((n, { passed }) => n + passed, 0),
  failed: counts.reduce((n, { failed }) => n + failed, 0),
})

async function check(name: string, argv: readonly string[]): Promise<Count> {
  const code = await spawn(name, argv)
  return code === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 }
}

/** bun's own count, from its report: a suite that dies without one, or that ran nothing, has failed. */
async function suite(name: string, paths: readonly string[]): Promise<Count> {
  const report = join(reports, `${name}.xml`)
  rmSync(report, { force: true })
  const preload = name === "dashboard" ? ["--preload", "./test/dashboard/setup/preload.ts"] : []
  const code = await spawn(name, [
    bun,
    "test",
    "--timeout",
    "240000",
    ...preload,
    "--reporter=junit",
    `--reporter-outfile=${report}`,
    ...paths.map((path) => `./${path}`),
  ])
  const text = readReport(report)
  const number = (attribute: string) =>
    Number(new RegExp(`<testsuites[^>]* ${attribute}="(\\d+)"`).exec(text)?.[1] ?? 0)
  const failed = number("failures") + number("errors")
  const passed = number("tests") - failed - number("skipped")
  return { passed, failed: failed > 0 ? failed : code === 0 && passed > 0 ? 0 : 1 }
}

function readReport(path: string): string {
  try {
    return readFileSync(path, "utf8")
  } catch {
    return ""
  }
}

/** The browser tests run on Node, where the browser's driver works. */
async function browser(): Promise<Count> {
  const report = join(reports, "browser.tap")
  const files = [...new Bun.Glob("test/e2e/*.e2e.mjs").scanSync(repository)].sort()
  const code = await spawn("browser", [
    "node",
    "--test",
    "--test-reporter=spec",
    "--test-reporter-destination=stdout",
    "--test-reporter=tap",
    `--test-reporter-destination=${report}`,
    ...files,
  ])
  const text = readReport(report)
  const number = (word: string) => Number(new RegExp(`^# ${word} (\\d+)`, "m").exec(text)?.[1] ?? 0)
  const failed = number("fail") + number("cancelled")
  return { passed: number("pass"), failed: failed > 0 ? failed : code === 0 && number("pass") > 0 ? 0 : 1 }
}

/** The demo as a newcomer runs it, the image from the Dockerfile included; then its end. One that was there before stays. */
async function demo(): Promise<Count> {
  const script = "examples/quickstart/demo.ts"
  const before = await containersOf(demoProject)
  const up = await check("demo", [bun, script])
  if (before !== "") return up
  const down = await check("demo, removed", [bun, script, "--down"])
  const left = await containersOf(demoProject)
  if (left !== "") console.log(`the demo left ${left} behind`)
  return sum([up, left === "" ? down : { passed: 0, failed: 1 }])
}

async function containersOf(project: string): Promise<string> {
  const filter = `label=com.docker.compose.project=${project}`
  return (await must(["docker", "ps", "--all", "--filter", filter, "--format", "{{.Names}}"])).trim()
}

async function spawn(name: string, argv: readonly string[]): Promise<number> {
  console.log(`\n== ${name}`)
  const began = performance.now()
  const child = Bun.spawn([...argv], { cwd: repository, stdio: ["ignore", "inherit", "inherit"] })
  const code = await child.exited
  console.log(
    `== ${name}: ${code === 0 ? "ok" : `exit code ${code}`}, ${((performance.now() - began) / 1000).toFixed(1)} s`,
  )
  return code
}

mkdirSync(reports, { recursive: true })
let total: Count
try {
  total = await main()
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  total = { passed: 0, failed: 1 }
} finally {
  await store?.remove()
  await stopEngineIfStarted()
}
console.log(`${total.passed} passed, ${total.failed} failed`)
process.exit(total.failed === 0 ? 0 : 1)
