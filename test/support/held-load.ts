// Holds a restore in the middle of its load: the tool in the container is stopped as soon as some of the rows have arrived.
import type { Engine } from "../../schemas/scalar.ts"
import { must, run } from "./command.ts"
import type { TestServer } from "./servers.ts"

/** What the tool that loads is known by, among the clients that ask. */
const tool: Readonly<Record<Engine, string>> = {
  postgres: "pg_restore",
  mysql: "--binary-mode",
  mariadb: "--binary-mode",
}

/** More than an empty database has, less than one that is full. */
const enoughBytes = { postgres: 12_000_000, mysql: 2_000_000, mariadb: 2_000_000 } as const

const size: Readonly<Record<Engine, string>> = {
  postgres: `psql -U postgres -At -c "select coalesce(sum(pg_database_size(oid)), 0) from pg_database where datname = '$1'" 2>/dev/null`,
  mysql: `du -sb "/var/lib/mysql/$1" 2>/dev/null | cut -f 1`,
  mariadb: `du -sb "/var/lib/mysql/$1" 2>/dev/null | cut -f 1`,
}

const script = (engine: Engine) => `
find_tool() {
  for entry in /proc/[0-9]*; do
    case $(tr '\\0' ' ' 2>/dev/null <"$entry/cmdline") in "sh "*) ;; *${tool[engine]}*) echo "\${entry#/proc/}" ;; esac
  done
}
for _ in $(seq 1000); do
  pid=$(find_tool)
  [ -n "$pid" ] && kill -STOP $pid || { sleep 0.05; continue; }
  bytes=$(${size[engine]})
  if [ "\${bytes:-0}" -gt ${enoughBytes[engine]} ]; then echo $pid; exit 0; fi
  kill -CONT $pid 2>/dev/null
  sleep 0.02
done
exit 1`

/** The id of the stopped tool, in the container, once rows of that database have arrived. */
export async function heldLoad(server: TestServer, database: string): Promise<string> {
  const inside = ["docker", "exec", server.name, "sh", "-c", script(server.engine), "sh", database]
  return (await must(inside, { timeoutSeconds: 120 })).trim()
}

export async function signalTool(server: TestServer, pid: string, signal: "KILL" | "CONT"): Promise<void> {
  await must(["docker", "exec", server.name, "sh", "-c", `kill -${signal} ${pid}`])
}

/** Command lines of tools that load, in the server's container. */
export async function loadTools({ name, engine }: TestServer): Promise<string[]> {
  const list = "for f in /proc/[0-9]*/cmdline; do tr '\\0' ' ' <$f; echo; done 2>/dev/null"
  const { stdout } = await run(["docker", "exec", name, "sh", "-c", list])
  return stdout.split("\n").filter((line) => !line.startsWith("sh ") && line.includes(tool[engine]))
}
