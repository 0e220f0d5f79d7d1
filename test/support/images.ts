// Makes sure that images are there: what the engine has, else what a registry gives, else an equal stand-in built from
// Debian's packages. A stand-in carries the hash of its recipe and is rebuilt when that changes; a pulled image never is.
import { rmSync } from "node:fs"
import { bunContext, bunEnvironment, bunInputs } from "./bun-context.ts"
import { must, run } from "./command.ts"
import { baseRecipe, buildDebianBase, type Suite } from "./debian-base.ts"
import { pull } from "./registry.ts"
import { type Recipe, recipeFolder, recipeFor, recipeHash } from "./stand-ins.ts"

/** Not in the namespace of the product's own labels: a container inherits its image's. */
const standInLabel = "stand-in.recipe"

/** Stand-ins built at the same time: package installation keeps about one processor busy. */
const parallelBuilds = 2

const inProgress = new Map<string, Promise<void>>()

/** Resolves once every image can be started. */
export async function ensureImages(names: readonly string[]): Promise<void> {
  const queue = [...new Set(names)]
  const worker = async () => {
    for (let name = queue.shift(); name !== undefined; name = queue.shift()) await ensureImage(name)
  }
  await Promise.all(Array.from({ length: parallelBuilds }, worker))
}

/** Resolves once the image can be started. Throws when it can be neither found, pulled nor built. */
export function ensureImage(name: string): Promise<void> {
  const begun = inProgress.get(name)
  if (begun !== undefined) return begun
  const work = provide(name)
  inProgress.set(name, work)
  work.catch(() => inProgress.delete(name))
  return work
}

async function provide(name: string): Promise<void> {
  const suite = /^debian:(bullseye|bookworm|trixie|sid)-slim$/.exec(name)?.[1] as Suite | undefined
  const recipe = recipeFor(name)
  const hash = suite !== undefined ? baseRecipe(suite).slice(0, 16) : recipe && standInHash(recipe)
  const present = await standInOf(name)
  if (present === "pulled" || (present !== undefined && (present === hash || hash === undefined))) return
  if (present === undefined && (await pull(name))) return
  if (hash === undefined) {
    throw new Error(
      `the image ${name} is not here, no registry gives it, and there is no recipe for a stand-in`,
    )
  }
  const replaced = present && (await must(["docker", "image", "inspect", "--format", "{{.Id}}", name])).trim()
  const started = performance.now()
  console.log(`images: building a stand-in for ${name}`)
  if (suite !== undefined) await buildDebianBase(suite, name, `${standInLabel}=${hash}`)
  else if (recipe !== undefined) await buildStandIn(name, recipe, hash)
  // Refused, and rightly, while something still uses the old one.
  if (replaced) await run(["docker", "rmi", replaced])
  console.log(`images: ${name} is ready after ${Math.round((performance.now() - started) / 1000)} s`)
}

/** The recipe hash of a stand-in, "pulled" for an image without one, undefined when there is no such image. */
async function standInOf(name: string): Promise<string | undefined> {
  const { code, stdout } = await run(["docker", "image", "inspect", name])
  if (code !== 0) return undefined
  return JSON.parse(stdout)[0]?.Config?.Labels?.[standInLabel] ?? "pulled"
}

function standInHash(recipe: Recipe): string {
  return recipeHash(recipe, [baseRecipe(recipe.suite), ...(recipe.folder === "bun" ? bunInputs() : [])])
}

/** Builds under a temporary tag; the last step adds version and label, so the final tag is always a whole image. */
async function buildStandIn(name: string, recipe: Recipe, hash: string): Promise<void> {
  await ensureImage(recipe.on ?? `debian:${recipe.suite}-slim`)
  const temporary = `dbbackup-stand-in:${process.pid}-${name.replace(/[^a-z0-9.]/g, "-")}`
  const isBun = recipe.folder === "bun"
  const context = isBun ? bunContext(recipeFolder(recipe)) : recipeFolder(recipe)
  try {
    const args = Object.entries({ SUITE: recipe.suite, ...recipe.args }).flatMap(([key, value]) => [
      "--build-arg",
      `${key}=${value}`,
    ])
    const env = await builderEnvironment()
    await must(["docker", "build", "-q", ...args, "-t", temporary, context], { env })
    const variables = { ...(isBun ? bunEnvironment() : {}), ...(await versionVariable(temporary, recipe)) }
    const last = [
      `FROM ${temporary}`,
      ...Object.entries(variables).map(([key, value]) => `ENV ${key}="${value}"`),
      `LABEL ${standInLabel}="${hash}"`,
    ]
    await must(["docker", "build", "-q", "-t", name, "-"], { env, input: `${last.join("\n")}\n` })
  } finally {
    await run(["docker", "rmi", temporary])
    if (isBun) rmSync(context, { recursive: true, force: true })
  }
}

async function versionVariable(
  image: string,
  { version }: Recipe,
): Promise<Readonly<Record<string, string>>> {
  if (version === undefined) return {}
  const query = ["dpkg-query", "-W", version.package]
  const found = await must([
    "docker",
    "run",
    "--rm",
    "--network",
    "none",
    "--entrypoint",
    "",
    image,
    ...query,
  ])
  return { [version.variable]: found.trim().split("\t")[1] ?? "" }
}

/** Without the buildx plugin, docker's own builder is named, which keeps newer clients from complaining. */
export async function builderEnvironment(): Promise<Readonly<Record<string, string>>> {
  const { code } = await run(["docker", "buildx", "version"])
  return code === 0 ? {} : { DOCKER_BUILDKIT: "0" }
}
