// `npm test`: prepares what the tests need, runs all of them, and ends with one line, `N passed, N failed`.
// With arguments, `npm test -- test/core/key.test.ts`, it runs just those files.
import { mkdirSync } from "node:fs"
import { join } from "node:path"
import { project as demoProject } from "../examples/quickstart/demo/servers.ts"
import { type BucketStore, startBucketStore, storeImage } from "./support/bucket-store.ts"
import { ensureChromium } from "./support/chromium.ts"
import { must } from "./support/command.ts"
import { ensureCompose } from "./support/compose.ts"
import { keepDataFolder } from "./support/data-folders.ts"
import { ensureEngine, stopEngineIfStarted } from "./support/engine.ts"
import { ensureImages } from "./support/images.ts"
import { repository } from "./support/places.ts"
import { startServer } from "./support/servers.ts"
import {
  type Count,
  check,
  files,
  inTurn,
  reports,
  spawn,
  suite,
  sum,
  tellFailures,
} from "./support/suites.ts"

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
  "dbbackup-test-extensions:1",
]

/** What needs no servers, in suites of about the same length, those that wait most first. */
const units = [
  ["test/cli", "test/jobs"],
  ["test/reconcile"],
  ["test/pipeline", "test/docker"],
  ["test/state", "test/settings", "test/api", "test/destinations"],
  ["test/core", "test/schemas", "test/golden", "test/engines", "test/architecture.test.ts"],
]

/** Begun first, so that nobody waits for one of them in the end. */
const longest = ["test/faults/crash.test.ts", "test/faults/data.test.ts", "test/integration/spine.test.ts"]
const atATime = 2

const chosen = process.argv.slice(2)
let store: BucketStore | undefined

async function main(): Promise<Count> {
  const engine = await ensureEngine()
  console.log(`Docker engine ${engine.version}`)
  await ensureCompose()
  process.env.CHROMIUM = await ensureChromium()
  // The first image is all that tests without servers need: they go on while the others are built.
  const prepared = ensureImages([storeImage, ...images]).then(keepDataFolders)
  prepared.catch(() => undefined)
  store = await startBucketStore()
  process.env.S3_TEST_ENDPOINT = store.endpoint
  const early = [await check("dashboard build", [process.execPath, "run", "build"])]
  if (chosen.length === 0) {
    const tasks = [
      ...units.map((paths) => () => suite(`unit ${paths.join(" ")}`, paths)),
      () => check("types", ["node_modules/.bin/tsc", "--noEmit"]),
      () => check("format and lint", ["node_modules/.bin/biome", "check", "."]),
      () => suite("dashboard", ["test/dashboard"]),
    ]
    early.push(await inTurn(tasks, atATime))
  }
  await prepared
  if (chosen.length > 0) return sum([...early, await suite("chosen", chosen)])
  const servers = await files(["test/faults", "test/integration"], longest, atATime)
  return sum([...early, servers, await browser(), await demo()])
}

/** One after the other: tests without servers go on meanwhile. */
async function keepDataFolders(): Promise<void> {
  for (const image of images.filter((name) => /^(postgres|mysql|mariadb):/.test(name)))
    await keepDataFolder(image, () => startServer(image, {}))
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
  const text = await Bun.file(report)
    .text()
    .catch(() => "")
  const number = (word: string) => Number(new RegExp(`^# ${word} (\\d+)`, "m").exec(text)?.[1] ?? 0)
  const failed = number("fail") + number("cancelled")
  return { passed: number("pass"), failed: failed > 0 ? failed : code === 0 && number("pass") > 0 ? 0 : 1 }
}

/** The demo as a newcomer runs it, the image from the Dockerfile included; then its end. One that was there before stays. */
async function demo(): Promise<Count> {
  const script = "examples/quickstart/demo.ts"
  const before = await containersOf(demoProject)
  const up = await check("demo", [process.execPath, script])
  if (before !== "") return up
  const down = await check("demo, removed", [process.execPath, script, "--down"])
  const left = await containersOf(demoProject)
  if (left !== "") console.log(`the demo left ${left} behind`)
  return sum([up, left === "" ? down : { passed: 0, failed: 1 }])
}

async function containersOf(project: string): Promise<string> {
  const filter = `label=com.docker.compose.project=${project}`
  return (await must(["docker", "ps", "--all", "--filter", filter, "--format", "{{.Names}}"])).trim()
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
tellFailures()
console.log(`${total.passed} passed, ${total.failed} failed`)
process.exit(total.failed === 0 ? 0 : 1)
