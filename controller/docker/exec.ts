// Starts a tool in a server's own container by `docker exec`.
import type { ExecProcess, ExecRequest } from "../ports.ts"
import { announced } from "./announced.ts"
import { attach, whyNotStarted } from "./attach.ts"
import type { Connection } from "./connection.ts"
import { learnExitCode } from "./exit-code.ts"
import { killTool } from "./kill.ts"
import { lookAt, whyDown } from "./look.ts"
import { announcing, type ProcessIdentity } from "./pid-line.ts"

/** As `Docker.exec`. Rejects with the signal's reason when aborted, after the tool has been ended. */
export async function exec(
  connection: Connection,
  request: ExecRequest,
  signal: AbortSignal,
): Promise<ExecProcess> {
  const { containerId, script, args, stdin, user } = request
  const container = await lookAt(connection, containerId, signal)
  const down = whyDown(container, containerId)
  if (container === null || down !== null) throw down
  const argv = ["sh", "-c", announcing(script, stdin), "dbbackup", ...args]
  const { stream, execId, upgraded } = await attach(connection, { containerId, argv, stdin, user }, signal)
  const tool = {
    stream,
    upgraded,
    stdin,
    input: "",
    fed: stdin,
    learn: (patienceSeconds: number) =>
      learnExitCode(connection, { execId, containerId, container }, patienceSeconds),
    end: (identity: ProcessIdentity) => killTool(connection, { containerId, user, ...identity }),
    whyNot: async (said: string) =>
      whyDown(await lookAt(connection, containerId, signal), containerId) ?? whyNotStarted("sh", said),
  }
  return await announced(tool, signal)
}
