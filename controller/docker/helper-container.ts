// Runs one tool in a throw-away container beside the server's: made, attached to, started, and removed whatever happens.
import { Socket } from "node:net"
import type { Duplex } from "node:stream"
import type { ContainerCreateOptions } from "dockerode"
import { Fault, problemOf } from "../core/fault.ts"
import type { ExecProcess, ExecRequest, Helper, OutsideHelp } from "../ports.ts"
import { announced } from "./announced.ts"
import type { Connection } from "./connection.ts"
import { engineWords, statusOf } from "./faults.ts"
import { endOfHelper } from "./helper-end.ts"
import { noImage, type Prepared, prepareHelper } from "./helper-prepare.ts"
import { removeHelper } from "./helper-sweep.ts"
import { lookAt, whyDown } from "./look.ts"
import { type Offered, type Pipes, pipesOf } from "./pipes.ts"

const never = new AbortController().signal

/** As `Docker.exec` with a helper. The helper is gone before `exit` settles and before `kill` resolves. */
export async function runInHelper(
  connection: Connection,
  request: ExecRequest,
  helper: Helper,
  help: OutsideHelp,
  pipes: Pipes,
  signal: AbortSignal,
): Promise<ExecProcess> {
  const prepared = await prepareHelper(connection, request, helper, help, signal)
  // What the script itself is told comes by stdin, so that the rest must, too.
  const offered = await pipes.offer(request.stdin && prepared.input === "", signal)
  if (offered === null) return await run(connection, request, helper, prepared, null, signal)
  try {
    return await run(connection, request, helper, prepared, offered, signal)
  } catch (error) {
    await removed(offered)
    // An engine names what it cannot mount: one on another machine, or one without the right to see it.
    const { message } = problemOf(error)
    if (signal.aborted || !pipesOf(offered).some(({ source }) => message.includes(source))) throw error
    pipes.refused()
    return await run(connection, request, helper, prepared, null, signal)
  }
}

async function run(
  connection: Connection,
  request: ExecRequest,
  helper: Helper,
  { config, stdin, input, server }: Prepared,
  offered: Offered | null,
  signal: AbortSignal,
): Promise<ExecProcess> {
  const down = async () =>
    server && whyDown(await lookAt(connection, server.containerId, never), server.containerId)
  const helperId = await create(connection, offered ? mounting(config, offered) : config)
  const remove = () => removeHelper(connection, helperId)
  try {
    signal.throwIfAborted()
    const stream = await attachTo(connection, helperId, stdin, signal)
    await start(connection, helperId, signal).catch((error) => {
      stream.on("error", () => {}).destroy()
      throw error
    })
    const end = endOfHelper(connection, { helperId, memoryBytes: helper.memoryBytes, server })
    const shell = {
      ...{ ...end, stream, stdin, input, fed: request.stdin, upgraded: stream instanceof Socket },
      pipes: offered,
      whyNot: async (said: string) => (await down()) ?? notStarted(said),
    }
    const tool = await announced(shell, signal)
    const exit = tool.exit.finally(async () => {
      await remove()
      if (offered) await removed(offered)
    })
    exit.catch(() => {})
    return {
      stdout: tool.stdout,
      stdin: tool.stdin,
      stderrTail: tool.stderrTail,
      exit,
      async kill() {
        await tool.kill()
        await remove()
      },
    }
  } catch (error) {
    await remove()
    if (signal.aborted) throw signal.reason
    // The engine's reasons differ from version to version, the state of the server's container does not.
    if (statusOf(error) !== undefined) throw (await down()) ?? notStarted(engineWords(error), error)
    throw error
  }
}

const mounting = (config: ContainerCreateOptions, offered: Offered): ContainerCreateOptions => ({
  ...config,
  HostConfig: {
    ...config.HostConfig,
    Mounts: pipesOf(offered).map(({ source, target }) => ({ Type: "bind", Source: source, Target: target })),
  },
})

async function removed(offered: Offered): Promise<void> {
  for (const { pipe } of pipesOf(offered)) await pipe.remove()
}

/** Not to be aborted: an engine finishes what it has begun, and nobody would know of it. */
async function create(connection: Connection, config: ContainerCreateOptions): Promise<string> {
  const { instance } = connection.mark
  const name = `dbbackup-helper-${instance.slice(-8)}-${crypto.randomUUID().slice(0, 8)}`
  try {
    const { id } = await connection.ask("to make a helper container", never, (abortSignal) =>
      connection.docker.createContainer({ ...config, name, abortSignal }),
    )
    return id
  } catch (error) {
    // Unanswered, it may have been made all the same.
    await removeHelper(connection, name)
    throw statusOf(error) === 404 ? noImage(config.Image ?? "", error) : error
  }
}

/** Before the start, so that no byte of its output is missed. */
async function attachTo(
  connection: Connection,
  helperId: string,
  stdin: boolean,
  signal: AbortSignal,
): Promise<Duplex> {
  return await connection.ask("to attach to a helper container", signal, async (abortSignal) => {
    const options = { stream: true, stdin, stdout: true, stderr: true, hijack: true, abortSignal }
    const stream = (await connection.docker.getContainer(helperId).attach(options)) as Duplex
    if (abortSignal.aborted) stream.destroy()
    return stream
  })
}

async function start(connection: Connection, helperId: string, signal: AbortSignal): Promise<void> {
  await connection.ask("to start a helper container", signal, (abortSignal) =>
    connection.docker.getContainer(helperId).start({ abortSignal }),
  )
}

function notStarted(words: string, cause?: unknown): Fault {
  if (/executable file not found|no such file or directory|exec format error/.test(words)) {
    return new Fault("tool-missing", "the image of the helper container has no sh", {
      hint: "Name a local image that has a POSIX shell and the engine's tools, by engine, in the setting helper.images.",
      cause,
    })
  }
  return new Fault(
    "docker-error",
    `docker could not start a helper container: ${words || "no reason given"}`,
    {
      hint: "A helper shares the network, the processes and the volumes of the server's container, which this engine must allow. dbbackup.method=exec needs none.",
      cause,
    },
  )
}
