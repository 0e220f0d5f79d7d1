// Ends a tool inside its container. Docker has no call for it, so a second exec sends the signals.
import { setTimeout as sleep } from "node:timers/promises"
import { Fault } from "../core/fault.ts"
import { attach } from "./attach.ts"
import type { Connection } from "./connection.ts"
import type { ProcessIdentity } from "./pid-line.ts"

/** As long as an engine takes to restart. */
const patienceSeconds = 30

/** `ended`: it was there, and is no more. `gone`: it had ended before. `unknown`: neither could be made sure. */
export type KillOutcome = "ended" | "gone" | "unknown"

/**
 * Only shell builtins and `sleep`: a minimal image has neither ps nor pkill. A process started by `docker exec` leads a session
 * of its own, which its children keep after their parent is gone; the session is the 4th field of /proc/PID/stat behind the
 * name, the parent the 2nd, the start time the 20th. Zombies are gone already.
 *
 * All are told, and whatever a shell has started just then. After 5 s, KILL goes to those without children first: a child that
 * outlives its parent becomes that of process 1, and when that is PostgreSQL's postmaster, it takes a stranger that died of a
 * signal for a server process that crashed, and restarts the whole server.
 */
const killScript = `leader=$1 born=$2 told=
find_members() {
  members= parents=
  for stat in /proc/[0-9]*/stat; do
    { read -r line <"$stat"; } 2>/dev/null || continue
    pid=\${line%% *}
    set -- \${line##*) }
    case $1 in Z|X) continue ;; esac
    if [ "$pid" = "$leader" ] && [ "\${20}" != "$born" ]; then members=; break; fi
    if [ "$pid" = "$leader" ] || [ "$2" = "$leader" ] || [ "$4" = "$leader" ]; then
      members="$members $pid" parents="$parents $2"
    fi
  done
  [ -n "$members" ]
}
tell() {
  for pid in $members; do
    case "$told " in *" $1$pid "*) continue ;; esac
    if [ "$2" = leaves ]; then case "$parents " in *" $pid "*) continue ;; esac; fi
    kill -"$1" "$pid" 2>/dev/null
    told="$told $1$pid"
  done
}
find_members || { echo dbbackup-kill:gone; exit; }
tenths=0
while find_members; do
  if [ "$tenths" -ge 70 ]; then echo dbbackup-kill:unknown; exit
  elif [ "$tenths" -ge 60 ]; then tell KILL all
  elif [ "$tenths" -ge 50 ]; then tell KILL leaves
  else tell TERM all
  fi
  if sleep 0.1 2>/dev/null; then tenths=$((tenths + 1)); else sleep 1; tenths=$((tenths + 10)); fi
done
echo dbbackup-kill:ended`

export interface KillTarget extends ProcessIdentity {
  readonly containerId: string
  readonly user: string | undefined
}

/** TERM to the tool and all that it started, KILL after 5 s to what is left. Tries on while the engine is away. Never rejects. */
export async function killTool(connection: Connection, target: KillTarget): Promise<KillOutcome> {
  const deadline = performance.now() + patienceSeconds * 1000
  for (let pauseMs = 100; ; pauseMs = Math.min(pauseMs * 2, 2000)) {
    try {
      return await signalTool(connection, target)
    } catch (error) {
      if (error instanceof Fault && error.code === "server-down") return "gone"
      const mayPass = error instanceof Fault && error.code === "docker-unreachable"
      if (!mayPass || performance.now() + pauseMs > deadline) return "unknown"
      await sleep(pauseMs)
    }
  }
}

async function signalTool(connection: Connection, target: KillTarget): Promise<KillOutcome> {
  const argv = ["sh", "-c", killScript, "dbbackup-kill", String(target.pid), target.born]
  const command = { containerId: target.containerId, argv, stdin: false, user: target.user }
  const { stream } = await attach(connection, command, AbortSignal.timeout(patienceSeconds * 1000))
  stream.on("error", () => {})
  // Its words, not its end: an engine sees no tool of a container end before all output of the one that ended first is read.
  let said = ""
  try {
    for await (const chunk of stream) {
      said += String(chunk)
      const outcome = /dbbackup-kill:(\w+)\n/.exec(said)?.[1]
      if (outcome !== undefined) return outcome as KillOutcome
    }
  } catch (error) {
    throw new Fault("docker-unreachable", "the connection broke while a tool was being ended", {
      cause: error,
    })
  }
  return "unknown"
}
