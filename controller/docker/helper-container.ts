// Runs one tool in a throw-away container beside the server's: made, attached to, started, and removed whatever happens.
import { Socket } from "node:net"
import type { Duplex } from "node:stream"
import type { ContainerInspectInfo } from "dockerode"
import { Fault } from "../core/fault.ts"
import type { ExecProcess, ExecRequest, Helper } from "../ports.ts"
import { announced } from "./announced.ts"
import type { Connection } from "./connection.ts"
import { engineWords, statusOf } from "./faults.ts"
import { helperConfig } from "./helper-config.ts"
import { endOfHelper } from "./helper-end.ts"
import { removeHelper } from "./helper-sweep.ts"
import { lookAt, whyDown } from "./look.ts"
import { announcing } from "./pid-line.ts"

const never = new AbortController().signal

/** As `Docker.exec` with a helper. The helper is gone before `exit` settles and before `kill` resolves. */
export async function runInHelper(
  connection: Connection,
  request: ExecRequest,
  helper: Helper,
  signal: AbortSignal,
): Promise<ExecProcess> {
  const { containerId, script, args, stdin } = request
  const container = await lookAt(connection, containerId, signal)
  const down = whyDown(container, containerId)
  if (container === null || down !== null) throw down
  const server = await inspected(connection, containerId, signal)
  const argv = ["sh", "-c", announcing(script, stdin), "dbbackup", ...args]
  const volumes = await volumesOf(connection, helper.image ?? server.Image, signal)
  const config = helperConfig(server, helper, volumes, argv, stdin, connection.mark)
  const helperId = await create(connection, config)
  const remove = () => removeHelper(connection, helperId)
  try {
    signal.throwIfAborted()
    const stream = await attachTo(connection, helperId, stdin, signal)
    await start(connection, helperId, signal).catch((error) => {
      stream.on("error", () => {}).destroy()
      throw error
    })
    const end = endOfHelper(connection, {
      helperId,
      memoryBytes: helper.memoryBytes,
      server: { containerId, container },
    })
    const shell = {
      ...{ ...end, stream, stdin, input: "", upgraded: stream instanceof Socket },
      whyNot: async (said: string) =>
        whyDown(await lookAt(connection, containerId, signal), containerId) ?? notStarted(said),
    }
    const tool = await announced(shell, signal)
    const exit = tool.exit.finally(remove)
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
    throw signal.aborted ? signal.reason : await whyNot(connection, containerId, error)
  }
}

async function inspected(
  connection: Connection,
  containerId: string,
  signal: AbortSignal,
): Promise<ContainerInspectInfo> {
  try {
    return await connection.ask("to inspect a container", signal, (abortSignal) =>
      connection.docker.getContainer(containerId).inspect({ abortSignal }),
    )
  } catch (error) {
    throw statusOf(error) === 404 ? whyDown(null, containerId) : error
  }
}

/** Paths that the image declares as volumes. */
async function volumesOf(
  connection: Connection,
  image: string,
  signal: AbortSignal,
): Promise<readonly string[]> {
  try {
    const { Config } = await connection.ask("to inspect an image", signal, () =>
      connection.docker.getImage(image).inspect(),
    )
    return Object.keys(Config.Volumes ?? {})
  } catch (error) {
    throw statusOf(error) === 404 ? noImage(image, error) : error
  }
}

/** Not to be aborted: an engine finishes what it has begun, and nobody would know of it. */
async function create(connection: Connection, config: ReturnType<typeof helperConfig>): Promise<string> {
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

/** The engine's reasons differ from version to version, the state of the server's container does not. */
async function whyNot(connection: Connection, containerId: string, error: unknown): Promise<unknown> {
  if (statusOf(error) === undefined) return error
  const down = whyDown(await lookAt(connection, containerId, never).catch(() => null), containerId)
  return down ?? notStarted(engineWords(error), error)
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

function noImage(image: string, cause: unknown): Fault {
  return new Fault("tool-missing", `there is no image ${image} on this Docker engine`, {
    hint: `A backup never pulls an image. Pull it by hand (docker pull ${image}), or correct helper.images in the settings.`,
    cause,
  })
}
