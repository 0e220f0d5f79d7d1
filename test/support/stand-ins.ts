// The recipes of the stand-ins: which Debian suite and which Dockerfile in test/images make which official image.
import { createHash } from "node:crypto"
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import type { Suite } from "./debian-base.ts"
import { repository } from "./places.ts"

export interface Recipe {
  readonly folder: "postgres" | "postgres-extensions" | "mysql" | "mariadb" | "bun" | "moto" | "by-hand"
  /** What it is built on. */
  readonly suite: Suite
  /** An image in between. */
  readonly on?: string
  readonly args: Readonly<Record<string, string>>
  /** The variable in which the official image names its exact version, and the package that has it. */
  readonly version?: { readonly variable: string; readonly package: string }
}

const bunVersion: string = JSON.parse(readFileSync(join(repository, "package.json"), "utf8")).devDependencies
  .bun

const recipes: Readonly<Record<string, Recipe>> = {
  "postgres:13": postgres("13", "bullseye"),
  "postgres:15": postgres("15", "bookworm"),
  "postgres:17": postgres("17", "trixie"),
  "postgres:18": postgres("18", "sid", {
    PGDATA: "/var/lib/postgresql/18/docker",
    DATA_VOLUME: "/var/lib/postgresql",
  }),
  "mysql:9": {
    folder: "mysql",
    suite: "sid",
    args: { MYSQL_MAJOR: "9" },
    version: { variable: "MYSQL_VERSION", package: "mysql-server-core" },
  },
  "mariadb:10.5": mariadb("bullseye", "mariadb-server-core-10.5", {
    PACKAGES: "mariadb-server-10.5 mariadb-client-10.5",
    KEEP_MYSQL_NAMES: "yes",
  }),
  "mariadb:10.11": mariadb("bookworm", "mariadb-server-core", { KEEP_MYSQL_NAMES: "yes" }),
  "mariadb:11.8": mariadb("trixie", "mariadb-server-core"),
  [`oven/bun:${bunVersion}-slim`]: { folder: "bun", suite: "trixie", args: {} },
  "motoserver/moto:5.1.0": { folder: "moto", suite: "trixie", args: {} },
  // Nobody's but ours: no registry has them.
  "dbbackup-test-extensions:1": {
    folder: "postgres-extensions",
    suite: "trixie",
    on: "postgres:17",
    args: {},
  },
  "dbbackup-test-by-hand:1": { folder: "by-hand", suite: "trixie", args: {} },
}

function postgres(major: string, suite: Suite, args: Readonly<Record<string, string>> = {}): Recipe {
  return {
    folder: "postgres",
    suite,
    args: { PG_MAJOR: major, ...args },
    version: { variable: "PG_VERSION", package: `postgresql-${major}` },
  }
}

function mariadb(suite: Suite, serverPackage: string, args: Readonly<Record<string, string>> = {}): Recipe {
  return { folder: "mariadb", suite, args, version: { variable: "MARIADB_VERSION", package: serverPackage } }
}

/** The recipe for an official image's name, or undefined when there is none. */
export function recipeFor(image: string): Recipe | undefined {
  return recipes[image]
}

/** The names of all images that have a recipe. */
export function knownImages(): readonly string[] {
  return Object.keys(recipes)
}

/** The folder with the Dockerfile and the scripts. */
export function recipeFolder(recipe: Recipe): string {
  return join(repository, "test", "images", recipe.folder)
}

/** Changes whenever the image would come out different; newer packages alone do not change it. */
export function recipeHash(recipe: Recipe, extra: readonly string[]): string {
  const hash = createHash("sha256").update(JSON.stringify([recipe, ...extra]))
  const folder = recipeFolder(recipe)
  for (const name of readdirSync(folder).sort())
    hash.update(`\0${name}\0`).update(readFileSync(join(folder, name)))
  return hash.digest("hex").slice(0, 16)
}
