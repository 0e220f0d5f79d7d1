// Which local image has the tools for a server that has none of its own: the right engine's, not older than the server.
import type { Engine } from "../../schemas/scalar.ts"

/** What is known of a local image without running it. */
export interface ImageFacts {
  readonly id: string
  /** `postgres:17`; more than one name is possible. */
  readonly names: readonly string[]
  readonly envNames: readonly string[]
  readonly exposedPorts: readonly string[]
  /** Values of variables that name a version, such as PG_VERSION: never of others. */
  readonly versions: Readonly<Record<string, string>>
}

type GuessEngine = (
  image: string,
  envNames: readonly string[],
  exposedPorts: readonly string[],
) => Engine | null

const versionNames: Readonly<Record<Engine, readonly string[]>> = {
  postgres: ["PG_VERSION", "PG_MAJOR", "POSTGRESQL_VERSION"],
  mysql: ["MYSQL_VERSION", "MYSQL_MAJOR", "PS_VERSION", "PERCONA_MAJOR"],
  mariadb: ["MARIADB_VERSION", "MARIADB_MAJOR"],
}

/** The first numbers of a version, such as [17, 12]: of `17.12-0+deb13u1`, of `1:11.8.9+ds`. */
export function versionNumbers(text: string): readonly number[] {
  const match = /\d+(\.\d+)*/.exec(text.replace(/^\d+:/, ""))?.[0] ?? ""
  return match === "" ? [] : match.split(".").map(Number)
}

/** Below 0 when a is older. PostgreSQL's versions are told apart by one number, the others' by two. */
export function compareVersions(engine: Engine, a: readonly number[], b: readonly number[]): number {
  const length = engine === "postgres" ? 1 : 2
  for (let index = 0; index < length; index++) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}

/**
 * The newest while the server's version is not known; then the oldest that is new enough, because much newer tools write what
 * an older server does not understand; the newest when none is. Null when there is no image of the engine.
 */
export function chooseToolImage(
  images: readonly ImageFacts[],
  engine: Engine,
  serverVersion: string | null,
  guess: GuessEngine,
): ImageFacts | null {
  const ofEngine = images
    .filter(({ names, envNames, exposedPorts }) =>
      names.some((name) => guess(name, envNames, exposedPorts) === engine),
    )
    .map((image) => ({ image, version: versionOf(image, engine) }))
    .sort((a, b) => compareVersions(engine, a.version, b.version))
  const wanted = serverVersion === null ? null : versionNumbers(serverVersion)
  const enough = wanted && ofEngine.find(({ version }) => compareVersions(engine, version, wanted) >= 0)
  return (enough ?? ofEngine.at(-1))?.image ?? null
}

function versionOf({ names, versions }: ImageFacts, engine: Engine): readonly number[] {
  const named = versionNames[engine].map((name) => versions[name]).find((text) => text !== undefined)
  const tag = names.map((name) => /:([^:/@]+)$/.exec(name)?.[1] ?? "").find((text) => /^\d/.test(text))
  return versionNumbers(named ?? tag ?? "")
}
