// Where a path of this process is for the Docker engine: the same, or, when this process runs in a container itself, in what that
// container has mounted there.
import { readFile } from "node:fs/promises"
import { posix } from "node:path"
import type { Connection } from "./connection.ts"

/** Files that an engine mounts into every container, from a folder that is called as the container is. */
const enginesOwn = new Set(["/etc/hostname", "/etc/hosts", "/etc/resolv.conf"])

/** The id of the container that has these mounts, or null when they are a machine's. @param mountinfo as in proc(5) */
export function containerIn(mountinfo: string): string | null {
  for (const line of mountinfo.split("\n")) {
    const [, , , root = "", mountPoint = ""] = line.split(" ")
    const id = /\/([0-9a-f]{64})\//.exec(root)?.[1]
    if (id !== undefined && enginesOwn.has(mountPoint)) return id
  }
  return null
}

interface Mounted {
  readonly Source: string
  readonly Destination: string
  readonly RW: boolean
}

/** Null when it is in none of them, or may not be written to. */
export function mountedFrom(mounts: readonly Mounted[], path: string): string | null {
  const holds = ({ Destination }: Mounted) =>
    path === Destination || path.startsWith(`${Destination.replace(/\/$/, "")}/`)
  const [nearest] = mounts.filter(holds).sort((a, b) => b.Destination.length - a.Destination.length)
  if (!nearest?.RW) return null
  return posix.join(nearest.Source, posix.relative(nearest.Destination, path))
}

/** Null when it cannot be found out. Rejects with the signal's reason alone. */
export async function hostPath(
  connection: Connection,
  path: string,
  signal: AbortSignal,
): Promise<string | null> {
  const id = containerIn(await readFile("/proc/self/mountinfo", "utf8").catch(() => ""))
  if (id === null) return path
  try {
    const { Mounts } = await connection.ask("to inspect this container", signal, (abortSignal) =>
      connection.docker.getContainer(id).inspect({ abortSignal }),
    )
    return mountedFrom(Mounts, path)
  } catch {
    signal.throwIfAborted()
    return null
  }
}
