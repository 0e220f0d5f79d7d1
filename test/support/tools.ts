// The dump tools that run in a server's container: none may be left when a dump has ended, however it did.
import { run } from "./command.ts"
import type { TestServer } from "./servers.ts"

/** Their command lines. */
export async function dumpTools({ name }: Pick<TestServer, "name">): Promise<string[]> {
  const script = "for f in /proc/[0-9]*/cmdline; do tr '\\0' ' ' < $f; echo; done 2>/dev/null"
  const { stdout } = await run(["docker", "exec", name, "sh", "-c", script])
  return stdout.split("\n").filter((line) => /^\S*(pg_dump|pg_dumpall|mysqldump|mariadb-dump)\b/.test(line))
}
