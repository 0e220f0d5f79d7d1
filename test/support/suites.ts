// Runs test files in processes of their own, some at a time, and counts what became of them by bun's own reports.
import { rmSync } from "node:fs"
import { join } from "node:path"
import { cacheFolder, repository } from "./places.ts"

export type Count = { readonly passed: number; readonly failed: number }

export const sum = (counts: readonly Count[]): Count => ({
  passed: counts.reduce((n, { passed }) => n + passed, 0),
  failed: counts.reduce((n, { failed }) => n + failed, 0),
})

export const reports = cacheFolder("reports")

/** A command whose exit code says it all. */
export async function check(name: string, argv: readonly string[]): Promise<Count> {
  return (await spawn(name, argv)) === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 }
}

/** One process of bun's test runner. One that dies without a report, or that ran nothing, has failed. */
export async function suite(name: string, paths: readonly string[]): Promise<Count> {
  const report = join(reports, `${name.replaceAll("/", "-")}.xml`)
  rmSync(report, { force: true })
  const dashboard = paths.every((path) => path.startsWith("test/dashboard"))
  const code = await spawn(name, [
    process.execPath,
    "test",
    "--timeout",
    "240000",
    ...(dashboard ? ["--preload", "./test/dashboard/setup/preload.ts"] : []),
    "--reporter=junit",
    `--reporter-outfile=${report}`,
    ...paths.map((path) => `./${path}`),
  ])
  const text = await Bun.file(report)
    .text()
    .catch(() => "")
  const number = (attribute: string) =>
    Number(new RegExp(`<testsuites[^>]* ${attribute}="(\\d+)"`).exec(text)?.[1] ?? 0)
  const failed = number("failures") + number("errors")
  const passed = number("tests") - failed - number("skipped")
  return { passed, failed: failed > 0 ? failed : code === 0 && passed > 0 ? 0 : 1 }
}

/** Each file of the folders by itself, so many at a time: most of them wait for a server to start or to stop. */
export async function files(
  folders: readonly string[],
  first: readonly string[],
  atATime: number,
): Promise<Count> {
  const all = folders
    .flatMap((folder) => [...new Bun.Glob(`${folder}/*.test.ts`).scanSync(repository)])
    .sort()
  const missing = first.filter((path) => !all.includes(path))
  if (missing.length > 0) throw new Error(`there is no ${missing.join(", no ")}`)
  const ordered = [...first, ...all.filter((path) => !first.includes(path))]
  return await inTurn(
    ordered.map((path) => () => suite(path, [path])),
    atATime,
  )
}

/** Begins them in their order, so many at a time. */
export async function inTurn(tasks: readonly (() => Promise<Count>)[], atATime: number): Promise<Count> {
  const queue = [...tasks]
  const counts: Count[] = []
  const worker = async () => {
    for (let task = queue.shift(); task !== undefined; task = queue.shift()) counts.push(await task())
  }
  await Promise.all(Array.from({ length: atATime }, worker))
  return sum(counts)
}

/** Resolves with the exit code. What it prints is shown in one piece at its end: others run meanwhile. */
export async function spawn(name: string, argv: readonly string[]): Promise<number> {
  const began = performance.now()
  const child = Bun.spawn([...argv], { cwd: repository, stdio: ["ignore", "pipe", "pipe"] })
  const [out, error, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ])
  const seconds = ((performance.now() - began) / 1000).toFixed(1)
  console.log(
    `\n== ${name}\n${out}${error}== ${name}: ${code === 0 ? "ok" : `exit code ${code}`}, ${seconds} s`,
  )
  if (code !== 0) failures.push(`== ${name}: exit code ${code}\n${whatFailed(`${out}\n${error}`)}`)
  return code
}

const failures: string[] = []
const mostLines = 60

/** What the failed ones printed, once more: thousands of lines that went well come after it. */
export function tellFailures(): void {
  if (failures.length > 0) console.log(`\n== what failed\n${failures.join("\n")}`)
}

/** Each failed test of bun's with what it printed before; of other programs the last lines. */
function whatFailed(output: string): string {
  const lines = output.trimEnd().split("\n")
  const ends = lines.flatMap((line, at) => (line.startsWith("(fail)") ? [at] : []))
  if (ends.length === 0) return lines.slice(-mostLines).join("\n")
  const told = (end: number) => {
    const before = lines.findLastIndex((line, at) => at < end && /^\((pass|fail|skip)\)/.test(line))
    return lines.slice(Math.max(before + 1, end - mostLines), end + 1)
  }
  return ends.flatMap(told).join("\n")
}
