// Talks to a sample server with the server's own client, inside its own container. The controller is not involved.
import { spawn } from "node:child_process"

export type EngineName = "postgres" | "mysql" | "mariadb"

/** One row per line, columns separated by tabs; what would break that is escaped by the client. Bytes as latin1. */
export async function query(
  engine: EngineName,
  container: string,
  database: string,
  sql: string,
): Promise<string> {
  const argv = ["exec", "-i", container, ...commands[engine], database]
  return await new Promise((resolve, reject) => {
    const child = spawn("docker", argv, { stdio: ["pipe", "pipe", "pipe"] })
    const out: Buffer[] = []
    let complaint = ""
    child.stdout.on("data", (chunk: Buffer) => out.push(chunk))
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      complaint += text
    })
    child.on("error", reject)
    child.on("close", (code) => {
      if (code === 0) resolve(Buffer.concat(out).toString("latin1"))
      else reject(new Error(`${engine} refused \`${sql.slice(0, 80)}\`: ${complaint.trim()}`))
    })
    child.stdin.on("error", () => {}).end(sql)
  })
}

// The database's name follows as the last argument.
const commands: Readonly<Record<EngineName, readonly string[]>> = {
  postgres: ["psql", "-U", "postgres", "-v", "ON_ERROR_STOP=1", "--no-psqlrc", "-q", "-A", "-t", "-d"],
  mysql: ["sh", "-c", withPassword("MYSQL_ROOT_PASSWORD", "mysql"), "sh"],
  mariadb: ["sh", "-c", withPassword("MARIADB_ROOT_PASSWORD", "mariadb"), "sh"],
}

/** The password is read inside the container, from the variable or its _FILE, and is in no argument list. */
function withPassword(variable: string, client: string): string {
  return `MYSQL_PWD="\${${variable}:-$(cat "$${variable}_FILE")}" exec ${client} -uroot --default-character-set=utf8mb4 --batch --skip-column-names "$1"`
}

/** Removes a database that an earlier demo restored. */
export async function dropDatabase(engine: EngineName, container: string, name: string): Promise<void> {
  const system = engine === "postgres" ? "postgres" : "mysql"
  const quoted = engine === "postgres" ? `"${name}"` : `\`${name}\``
  await query(engine, container, system, `DROP DATABASE IF EXISTS ${quoted};\n`)
}
