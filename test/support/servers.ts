// Real database servers in containers, for tests: started with the images' own contract, asked with their own clients.
import type { Engine } from "../../schemas/scalar.ts"
import { must, run } from "./command.ts"
import { keptDataFolder } from "./data-folders.ts"
import { until } from "./until.ts"

export interface TestServer {
  readonly name: string
  readonly engine: Engine
  readonly image: string
  /** Runs SQL as the superuser, and returns tab-separated rows without a head. Throws on an SQL error. */
  sql(database: string, statements: string): Promise<string>
  /** Resolves once the real server (not the one of the initialisation) answers. */
  ready(): Promise<void>
  remove(): Promise<void>
}

export const password = 'it\'s a $ecret "word" #1'

const environment: Readonly<Record<Engine, readonly string[]>> = {
  postgres: [`POSTGRES_PASSWORD=${password}`],
  mysql: [`MYSQL_ROOT_PASSWORD=${password}`],
  mariadb: [`MARIADB_ROOT_PASSWORD=${password}`],
}

export function engineOf(image: string): Engine {
  return image.startsWith("postgres") ? "postgres" : image.startsWith("mysql") ? "mysql" : "mariadb"
}

export async function startServer(
  image: string,
  labels: Readonly<Record<string, string>>,
  extra: readonly string[] = [],
): Promise<TestServer> {
  const engine = engineOf(image)
  const name = `dbbackup-test-${engine}-${Math.random().toString(36).slice(2, 8)}`
  const flags = [
    ...Object.entries(labels).flatMap(([key, value]) => ["--label", `${key}=${value}`]),
    ...environment[engine].flatMap((pair) => ["--env", pair]),
  ]
  const kept = await keptDataFolder(image)
  // Data that is the caller's own matter stays that.
  if (kept === null || extra.some((flag) => flag.includes(kept.folder)))
    await must(["docker", "run", "--detach", "--name", name, ...flags, ...extra, image])
  else {
    await must(["docker", "create", "--name", name, ...flags, ...extra, image])
    await must(["sh", "-c", 'exec docker cp - "$1" <"$2"', "sh", `${name}:${kept.parent}`, kept.archive])
    await must(["docker", "start", name])
  }
  const sql = (database: string, statements: string) =>
    must(["docker", "exec", "--interactive", name, ...client(engine, image, database)], { input: statements })
  return {
    name,
    engine,
    image,
    sql,
    async ready() {
      await until(
        `${name} answers`,
        async () => (await run(["docker", "exec", name, ...untilReady(engine, image)])).code === 0,
      )
    },
    async remove() {
      await run(["docker", "rm", "--force", "--volumes", name])
    },
  }
}

/** Asks for 20 s, in one process: each `docker exec` costs more than a start. Only the real server listens on TCP: the temporary one of the initialisation does not. */
function untilReady(engine: Engine, image: string): string[] {
  const check =
    engine === "postgres"
      ? "pg_isready --quiet --host 127.0.0.1"
      : `${exportPassword}${mysqlClient(image)} --protocol=tcp --host=127.0.0.1 --user=root --execute 'SELECT 1' >/dev/null 2>&1`
  return ["sh", "-c", `for tenth in $(seq 200); do if ${check}; then exit 0; fi; sleep 0.1; done; exit 1`]
}

const exportPassword = 'MYSQL_PWD="${MARIADB_ROOT_PASSWORD:-$MYSQL_ROOT_PASSWORD}" '

const mysqlClient = (image: string) => (image.startsWith("mariadb") ? "mariadb" : "mysql")

function client(engine: Engine, image: string, database: string): string[] {
  if (engine === "postgres") {
    return [
      "psql",
      "--username=postgres",
      "--no-psqlrc",
      "--quiet",
      "--tuples-only",
      "--no-align",
      "--field-separator=\t",
      "--set=ON_ERROR_STOP=1",
      `--dbname=dbname='${database.replace(/[\\']/g, "\\$&")}'`,
    ]
  }
  const script = `${exportPassword}exec ${mysqlClient(image)} --user=root --default-character-set=utf8mb4 --batch --skip-column-names --database="$1"`
  return ["sh", "-c", script, "sh", database]
}

/** Databases that every server has, to run CREATE DATABASE in. */
export const homeDatabase: Readonly<Record<Engine, string>> = {
  postgres: "postgres",
  mysql: "mysql",
  mariadb: "mysql",
}
