// Who may import whom, and which library stands where: the table of CONTRIBUTING.md, held against every import line.
import { expect, test } from "bun:test"
import { readFileSync } from "node:fs"
import { dirname, join, relative } from "node:path"
import { repository } from "./support/places.ts"

const all = [
  "schemas",
  "ports",
  "core",
  "engines",
  "docker",
  "pipeline",
  "destinations",
  "state",
  "settings",
  "jobs",
  "reconcile",
  "api",
  "cli",
  "log",
  "main",
  "serve",
  "adapters",
  "catalogue-care",
  "upkeep",
  "operator",
  "package",
]
const adapter = ["ports", "core", "schemas"]

/** What each place may import besides itself. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  schemas: [],
  ports: ["schemas"],
  core: ["schemas", "ports"],
  engines: ["core", "schemas", "ports"],
  docker: adapter,
  pipeline: adapter,
  destinations: adapter,
  state: adapter,
  settings: adapter,
  log: adapter,
  jobs: ["pipeline", "engines", ...adapter],
  reconcile: adapter,
  api: adapter,
  dashboard: ["schemas"],
  cli: all,
  main: all,
  serve: all,
  adapters: all,
  "catalogue-care": all,
  upkeep: all,
  operator: all,
}

/** The one place that may use a library. */
const libraries: readonly (readonly [RegExp, RegExp])[] = [
  [/^dockerode/, /^controller\/docker\//],
  [/^@aws-sdk\//, /^controller\/destinations\/s3/],
  [/^hono/, /^controller\/api\//],
  [/^bun:sqlite/, /^controller\/state\//],
  [/^pino/, /^controller\/log\.ts/],
  [/^yaml/, /^controller\/(cli\/lint|settings\/yaml)\.ts/],
  [/^croner/, /^schemas\/scalar\.ts/],
]

const files = ["schemas", "controller", "dashboard/src"].flatMap((folder) =>
  [...new Bun.Glob(`${folder}/**/*.{ts,tsx}`).scanSync(repository)].filter((path) => !path.endsWith(".d.ts")),
)

function importsOf(path: string): { readonly from: string; readonly typeOnly: boolean }[] {
  const text = readFileSync(join(repository, path), "utf8")
  const statements = text.matchAll(
    /^(?:import|export)\s+(type\s+)?(?:[\w*{][^"';=()]*?\s+from\s+)?["']([^"']+)["']/gm,
  )
  const dynamic = text.matchAll(/\bimport\(\s*["']([^"']+)["']/g)
  return [
    ...[...statements].map(([, type, from = ""]) => ({ from, typeOnly: type !== undefined })),
    ...[...dynamic].map(([, from = ""]) => ({ from, typeOnly: false })),
  ]
}

/** The place a file belongs to: a folder or a single file of controller/, schemas, dashboard. */
function placeOf(path: string): string {
  const [top = "", next = ""] = path.split("/")
  return top === "controller" ? next.replace(/\.ts$/, "") : top.replace(/\.json$/, "")
}

const target = (path: string, from: string) => relative(repository, join(repository, dirname(path), from))

test("every file imports only what its place may", () => {
  const wrong = files.flatMap((path) =>
    importsOf(path)
      .filter(({ from }) => from.startsWith("."))
      .map(({ from }) => target(path, from))
      .filter((to) => placeOf(to) !== placeOf(path) && !allowed[placeOf(path)]?.includes(placeOf(to)))
      .map((to) => `${path} imports ${to}`),
  )
  expect(wrong).toEqual([])
})

test("core and engines take only types from the ports", () => {
  const pure = files.filter((path) => ["core", "engines"].includes(placeOf(path)))
  const wrong = pure.filter((path) =>
    importsOf(path).some(({ from, typeOnly }) => from.endsWith("/ports.ts") && !typeOnly),
  )
  expect(wrong).toEqual([])
})

test("core and engines use nothing of the machine but hashes", () => {
  const pure = files.filter((path) => ["core", "engines"].includes(placeOf(path)))
  const wrong = pure.flatMap((path) =>
    importsOf(path)
      .filter(({ from }) => !from.startsWith(".") && !["node:crypto", "zod"].includes(from))
      .map(({ from }) => `${path} imports ${from}`),
  )
  expect(wrong).toEqual([])
})

test("no file needs itself, by way of others, to be loaded", () => {
  const loads = new Map(
    files.map((path) => [
      path,
      importsOf(path)
        .filter(({ from, typeOnly }) => from.startsWith(".") && !typeOnly)
        .map(({ from }) => target(path, from)),
    ]),
  )
  const done = new Set<string>()
  const circles: string[] = []
  const visit = (path: string, way: readonly string[]): void => {
    if (way.includes(path)) circles.push([...way.slice(way.indexOf(path)), path].join(" → "))
    if (way.includes(path) || done.has(path)) return
    for (const next of loads.get(path) ?? []) visit(next, [...way, path])
    done.add(path)
  }
  for (const path of files) visit(path, [])
  expect(circles).toEqual([])
})

test("each library is used in one place", () => {
  const wrong = files.flatMap((path) =>
    importsOf(path)
      .filter(({ from }) => libraries.some(([library, place]) => library.test(from) && !place.test(path)))
      .map(({ from }) => `${path} imports ${from}`),
  )
  expect(wrong).toEqual([])
})

test("the vocabulary is made of zod and croner only", () => {
  const foreign = files.filter((path) => path.startsWith("schemas/")).flatMap(importsOf)
  expect(foreign.filter(({ from }) => !from.startsWith(".") && !["zod", "croner"].includes(from))).toEqual([])
})

/** Nothing but declarations, one after the other: a table of contents, longer than a file with logic may be. */
const declarations = ["schemas/api.ts", "controller/ports.ts"]

test("no file with logic is longer than 250 lines", () => {
  expect(
    files.filter(
      (path) =>
        !declarations.includes(path) && readFileSync(join(repository, path), "utf8").split("\n").length > 251,
    ),
  ).toEqual([])
})

test("every folder of tests is run by npm test", () => {
  const folders = new Set(
    [...new Bun.Glob("test/*/**/*.test.{ts,tsx}").scanSync(repository)].map(
      (path) => path.split("/")[1] ?? "",
    ),
  )
  const runner = readFileSync(join(repository, "test/run.ts"), "utf8")
  expect([...folders].filter((folder) => !runner.includes(`"test/${folder}"`))).toEqual([])
})
