// Runs one tool in a throw-away container beside the server's: made, attached to, started, and removed whatever happens.
import { Socket } from "node:net"
import type { Duplex } from "node:stream"
import type { ContainerCreateOptions, ContainerInspectInfo } from "dockerode"
import { Fault, problemOf } from "../core/fault.ts"
import type { ExecProcess, ExecRequest, Helper, OutsideHelp, OutsidePlace } from "../ports.ts"
import { announced } from "./announced.ts"
import type { Connection } from "./connection.ts"
import { engineWords, statusOf } from "./faults.ts"
import { aloneConfig } from "./helper-alone.ts"
import { helperConfig } from "./helper-config.ts"
import { endOfHelper, type HelperLife } from "./helper-end.ts"
import { outsideConfig, preambleInput, withPreamble } from "./helper-outside.ts"
import { removeHelper } from "./helper-sweep.ts"
import { lookAt, whyDown } from "./look.ts"
import { announcing } from "./pid-line.ts"
import { type Offered, type Pipes, pipeTarget } from "./pipes.ts"
import { toolImageFor } from "./tool-images.ts"

const never = new AbortController().signal

/** All that is to be known before the container is made. */
interface Prepared {
  readonly config: ContainerCreateOptions
  /** The script waits for a line of input, and more of its own. */
  readonly stdin: boolean
  readonly input: string
  readonly server: HelperLife["server"]
}

/** As `Docker.exec` with a helper. The helper is gone before `exit` settles and before `kill` resolves. */
export async function runInHelper(
  connection: Connection,
  request: ExecRequest,
  helper: Helper,
  help: OutsideHelp,
  pipes: Pipes,
  signal: AbortSignal,
): Promise<ExecProcess> {
  const { outside } = helper
  const prepared = outside
    ? await prepareOutside(connection, request, helper, outside, help, signal)
    : helper.alone
      ? await prepareAlone(connection, request, helper, signal)
      : await prepareBeside(connection, request, helper, signal)
  const offered = await pipes.offer(signal)
  if (offered === null) return await run(connection, request, helper, prepared, null, signal)
  try {
    return await run(connection, request, helper, prepared, offered, signal)
  } catch (error) {
    await offered.pipe.remove()
    // An engine names what it cannot mount: one on another machine, or one without the right to see it.
    if (signal.aborted || !problemOf(error).message.includes(offered.source)) throw error
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
  const helperId = await create(connection, offered ? mounting(config, offered.source) : config)
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
      pipe: offered?.pipe ?? null,
      whyNot: async (said: string) => (await down()) ?? notStarted(said),
    }
    const tool = await announced(shell, signal)
    const exit = tool.exit.finally(async () => {
      await remove()
      await offered?.pipe.remove()
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

const mounting = (config: ContainerCreateOptions, Source: string): ContainerCreateOptions => ({
  ...config,
  HostConfig: { ...config.HostConfig, Mounts: [{ Type: "bind", Source, Target: pipeTarget }] },
})

async function prepareBeside(
  connection: Connection,
  { containerId, script, args, stdin }: ExecRequest,
  helper: Helper,
  signal: AbortSignal,
): Promise<Prepared> {
  const container = await lookAt(connection, containerId, signal)
  const down = whyDown(container, containerId)
  if (container === null || down !== null) throw down
  const server = await inspected(connection, containerId, signal)
  const argv = ["sh", "-c", announcing(script, stdin, pipeTarget), "dbbackup", ...args]
  const volumes = await volumesOf(connection, helper.image ?? server.Image, signal)
  const config = helperConfig(server, helper, volumes, argv, stdin, connection.mark)
  return { config, stdin, input: "", server: { containerId, container } }
}

async function prepareAlone(
  connection: Connection,
  { script, args, stdin }: ExecRequest,
  helper: Helper,
  signal: AbortSignal,
): Promise<Prepared> {
  const image = helper.image ?? ""
  const argv = ["sh", "-c", announcing(script, stdin, pipeTarget), "dbbackup", ...args]
  const volumes = await volumesOf(connection, image, signal)
  const config = aloneConfig(helper, image, volumes, argv, stdin, connection.mark)
  return { config, stdin, input: "", server: null }
}

async function prepareOutside(
  connection: Connection,
  { script, args }: ExecRequest,
  helper: Helper,
  outside: OutsidePlace,
  help: OutsideHelp,
  signal: AbortSignal,
): Promise<Prepared> {
  const image = helper.image ?? (await toolImageFor(connection, outside, help, signal))
  const input = preambleInput(await help.secrets(outside.server))
  const argv = ["sh", "-c", announcing(withPreamble(script), true, pipeTarget), "dbbackup", ...args]
  const volumes = await volumesOf(connection, image, signal)
  const config = outsideConfig(helper, outside, image, volumes, argv, connection.mark)
  return { config, stdin: true, input, server: null }
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
