// How an image is started as a throw-away server, by the conventions of images: what its entrypoint needs, and what makes it quick
// where nothing has to survive.
import type { DatabaseFacts } from "../../schemas/manifest.ts"
import type { Engine } from "../../schemas/scalar.ts"
import { imageTable } from "./image-table.ts"

export interface ScratchWay {
  readonly passwordVariable: string
  /** Empty: the image's own. */
  readonly command: readonly string[]
}

const flags: Readonly<Record<Engine, readonly string[]>> = {
  postgres: ["postgres", "-c", "fsync=off", "-c", "full_page_writes=off", "-c", "synchronous_commit=off"],
  // Events would change what is to be compared; a row is as large as its source let it be.
  mysql: [
    ...["mysqld", "--skip-log-bin", "--event-scheduler=OFF", "--max-allowed-packet=1G"],
    ...["--innodb-flush-log-at-trx-commit=0", "--innodb-doublewrite=OFF"],
  ],
  mariadb: [
    ...["mariadbd", "--event-scheduler=OFF", "--max-allowed-packet=1G"],
    ...["--innodb-flush-log-at-trx-commit=0", "--innodb-doublewrite=OFF"],
  ],
}

/** Its library is there before the extension is made; and no policy of its own changes what is to be compared. */
const timescaleFlags = [
  ...["-c", "shared_preload_libraries=timescaledb"],
  ...["-c", "timescaledb.max_background_workers=0"],
]

/** Whose entrypoints take the server's own options, as the official ones do. */
const takesOptions: ReadonlySet<string> = new Set(["official", "postgis", "pgvector", "timescale"])

/**
 * @param image a reference, such as `docker.io/library/postgres:17`. One that is in no table counts as an official one.
 * @param attributes of the database that is to be restored there
 */
export function scratchWay(
  engine: Engine,
  image: string,
  attributes: DatabaseFacts["attributes"] = {},
): ScratchWay {
  const path = image.replace(/@.*$/, "").split("/")
  const name = path.at(-1)?.replace(/:.*$/, "") ?? ""
  const owner = path.at(-2) ?? "library"
  const rows = imageTable.filter((row) => row.engine === engine)
  const row =
    rows.find((one) => one.owner === owner && one.names.includes(name)) ??
    rows.find((one) => one.owner === "official")
  if (!row) throw new Error(`the table has no official image of ${engine}`)
  return {
    passwordVariable: row.password,
    command: takesOptions.has(row.owner)
      ? [...flags[engine], ...(attributes.timescaledb === undefined ? [] : timescaleFlags)]
      : [],
  }
}
