// Ends a tool inside its container. Docker has no call for it, so a second exec sends the signals.
import { finished } from "node:stream/promises"
import { setTimeout as sleep } from "node:timers/promises"
import { Fault } from "../core/fault.ts"
import { attach } from "./attach.ts"
import type { Connection } from "./connection.ts"
import { learnExitCode, lossOf, type StartedExec, stateOf } from "./exit-code.ts"

/** As long as an engine takes to restart. */
const patienceSeconds = 30

/**
 * Only shell builtins and `sleep`: a minimal image has neither ps nor pkill. A process started by `docker exec` leads a session
 * of its own, which its children keep after their parent is gone; the session is the 6th field of /proc/PID/stat, after a
 * name that may hold spaces. Zombies are gone already. Exits 1 when something outlived KILL.
 */
const killScript = `leader=$1
find_members() {
  members=
  for stat in /proc/[0-9]*/stat; do
    { read -r line <"$stat"; } 2>/dev/null || continue
    pid=\${line%% *}
    set -- \${line##*) }
    case $1 in Z|X) continue ;; esac
    if [ "$pid" = "$leader" ] || [ "$2" = "$leader" ] || [ "$4" = "$leader" ]; then members="$members $pid"; fi
  done
  [ -n "$members" ]
}
wait_gone() {
  tenths=0
  while find_members; do
    [ "$tenths" -ge "$1" ] && return 1
    if sleep 0.1 2>/dev/null; then tenths=$((tenths + 1)); else sleep 1; tenths=$((tenths + 10)); fi
  done
}
find_members || exit 0
kill -TERM $members 2>/dev/null
wait_gone 50 && exit 0
kill -KILL $members 2>/dev/null
wait_gone 20`

export interface KillTarget extends StartedExec {
  /** Inside the container. */
  readonly pid: number
  readonly user: string | undefined
}

/** TERM to the tool and all that it started, KILL after 5 s to what is left. Tries on while the engine is away. Never rejects. */
export async function killTool(connection: Connection, target: KillTarget): Promise<void> {
  const deadline = performance.now() + patienceSeconds * 1000
  for (let pauseMs = 100; ; pauseMs = Math.min(pauseMs * 2, 2000)) {
    try {
      return await signalTool(connection, target)
    } catch (error) {
      const mayPass = error instanceof Fault && error.code === "docker-unreachable"
      if (!mayPass || performance.now() + pauseMs > deadline) return
      await sleep(pauseMs)
    }
  }
}

async function signalTool(connection: Connection, target: KillTarget): Promise<void> {
  const state = await stateOf(connection, target.execId)
  if (typeof state === "number") return
  // In a container that was started anew, or by another process, the id means something else.
  if (state === "forgotten" && (await lossOf(connection, target)) !== null) return
  const argv = ["sh", "-c", killScript, "dbbackup-kill", String(target.pid)]
  const command = { containerId: target.containerId, argv, stdin: false, user: target.user }
  const { stream, execId } = await attach(connection, command, AbortSignal.timeout(patienceSeconds * 1000))
  // Before its process runs, an exec looks like a forgotten one: its stream ends later.
  await finished(stream.resume()).catch(() => {})
  await learnExitCode(connection, { ...target, execId }, patienceSeconds)
  stream.destroy()
}
