// Ends what earlier processes of this installation left running in a container: a killed controller's dump goes on and holds its locks.
import { Fault } from "../core/fault.ts"
import { attach, whyNotStarted } from "./attach.ts"
import type { Connection } from "./connection.ts"
import { demux } from "./demux.ts"
import { killTool } from "./kill.ts"
import { variable } from "./mark.ts"
import type { ProcessIdentity } from "./pid-line.ts"

/** A loaded machine starts two processes for each one in the container. */
const findSeconds = 60

/**
 * Prints process id and start time of each leader of a session that carries a mark of the installation, but not of this very
 * process: with it goes what it started. A leader whose parent is process 1 is spared: it is no tool of ours any more, but a
 * daemon that a hook has started, perhaps the server itself. `tr`, because a shell cannot read NUL.
 */
const findScript = `mark=$1 own=$2
command -v tr >/dev/null || { echo dbbackup-found:unknown; exit; }
for folder in /proc/[0-9]*; do
  { read -r line <"$folder/stat"; } 2>/dev/null || continue
  pid=\${line%% *}
  set -- \${line##*) }
  case $1 in Z|X) continue ;; esac
  [ "$4" = "$pid" ] && [ "$2" != 1 ] || continue
  environ=$(tr '\\0' '\\n' 2>/dev/null <"$folder/environ") 2>/dev/null || continue
  case "
$environ
" in
    *"
$own
"*) ;;
    *"
$mark/"*) echo "dbbackup-left:$pid \${20}" ;;
  esac
done
echo dbbackup-found:all`

/** How many were ended. Rejects with `server-down`, `docker-unreachable`, or `docker-error` when it cannot be made sure that none is left. */
export async function endLeftovers(
  connection: Connection,
  containerId: string,
  signal: AbortSignal,
): Promise<number> {
  const found = await find(connection, containerId, signal).catch(noneWithoutShell)
  let ended = 0
  for (const identity of found) {
    const outcome = await killTool(connection, { containerId, user: undefined, ...identity })
    if (outcome === "unknown") throw notSure("one of them did not end")
    if (outcome === "ended") ended++
  }
  return ended
}

async function find(
  connection: Connection,
  containerId: string,
  signal: AbortSignal,
): Promise<readonly ProcessIdentity[]> {
  const { installation, instance } = connection.mark
  const mark = `${variable}=${installation}`
  const argv = ["sh", "-c", findScript, "dbbackup-find", mark, `${mark}/${instance}`]
  const limited = AbortSignal.any([signal, AbortSignal.timeout(findSeconds * 1000)])
  const { stream } = await attach(connection, { containerId, argv, stdin: false }, limited)
  const stop = () => stream.destroy(limited.reason)
  limited.addEventListener("abort", stop, { once: true })
  let said = ""
  const frames = demux({ stdout: (chunk) => (said += chunk.toString("latin1")), stderr: () => {} })
  try {
    for await (const chunk of stream) {
      frames.push(chunk as Buffer)
      if (/^dbbackup-found:/m.test(said)) break
    }
  } finally {
    limited.removeEventListener("abort", stop)
    stream.on("error", () => {}).destroy()
  }
  const why = whyNotStarted("sh", said)
  if (why.code === "tool-missing") throw why
  if (!/^dbbackup-found:all$/m.test(said)) throw notSure("its processes could not be searched")
  return [...said.matchAll(/^dbbackup-left:(\d+) (\d+)$/gm)].map(([, pid, born = ""]) => ({
    pid: Number(pid),
    born,
  }))
}

/** In a container that has no shell nothing of ours ever ran. */
function noneWithoutShell(error: unknown): readonly ProcessIdentity[] {
  if (error instanceof Fault && error.code === "tool-missing") return []
  throw error
}

function notSure(why: string): Fault {
  return new Fault("docker-error", `tools of an earlier process may still run in the container: ${why}`, {
    hint: "They hold locks in the database. Look with docker top, and restart the container if they stay.",
  })
}
