// A throw-away server of an image that is there: made without a network, started, and removed with its data whatever happens.
import { randomBytes } from "node:crypto"
import type { ContainerCreateOptions } from "dockerode"
import { Fault } from "../core/fault.ts"
import type { ScratchRequest, ScratchServer } from "../ports.ts"
import type { Connection } from "./connection.ts"
import { engineWords, statusOf } from "./faults.ts"
import { limits } from "./helper-config.ts"
import { removeHelper } from "./helper-sweep.ts"
import { helperLabels, type Mark, scratchLabel } from "./mark.ts"

const never = new AbortController().signal
/** A server is many processes or threads, unlike a tool. */
const mostProcesses = 4096
/** A quarter of a container's usual share: whoever serves somebody goes first. */
const cpuShares = 256
const lastLines = 4

interface ChosenImage {
  readonly id: string
  readonly isSame: boolean
  readonly volumes: readonly string[]
}

/** As `Scratch.startScratch`. */
export async function startScratch(
  connection: Connection,
  request: ScratchRequest,
  signal: AbortSignal,
): Promise<ScratchServer> {
  const { docker, mark } = connection
  const image = await chosenImage(connection, request, signal)
  const name = `dbbackup-drill-${mark.instance.slice(-8)}-${crypto.randomUUID().slice(0, 8)}`
  const remove = async () => void (await removeHelper(connection, name, true))
  try {
    // Not to be aborted: an engine finishes what it has begun, and nobody would know of it.
    const { id } = await connection.ask("to make a throw-away server", never, (abortSignal) =>
      docker.createContainer({ ...configOf(request, image.id, mark), name, abortSignal }),
    )
    signal.throwIfAborted()
    await connection.ask("to start a throw-away server", signal, (abortSignal) =>
      docker.getContainer(id).start({ abortSignal }),
    )
    return {
      ...{ containerId: id, name, remove },
      isSameImage: image.isSame,
      dataPath: image.volumes[0] ?? "/",
      whyEnded: (under) => whyEnded(connection, id, request, under),
    }
  } catch (error) {
    // Unanswered, it may have been made all the same.
    await remove()
    if (signal.aborted) throw signal.reason
    if (statusOf(error) === undefined) throw error
    throw new Fault("docker-error", `docker could not start a throw-away server: ${engineWords(error)}`, {
      hint: "Drills need an engine, or a proxy in front of it, that lets containers be made, started and removed.",
      cause: error,
    })
  }
}

async function chosenImage(
  connection: Connection,
  { imageId, image }: ScratchRequest,
  signal: AbortSignal,
): Promise<ChosenImage> {
  for (const name of [imageId, image].filter((one) => one !== ""))
    try {
      const { Id, Config } = await connection.ask("to inspect an image", signal, () =>
        connection.docker.getImage(name).inspect(),
      )
      return { id: Id, isSame: Id === imageId, volumes: Object.keys(Config.Volumes ?? {}) }
    } catch (error) {
      if (statusOf(error) !== 404) throw error
    }
  throw new Fault("tool-missing", `there is no image ${image} on this Docker engine`, {
    hint: `A drill restores into a server of the image that was dumped, and never pulls one. Pull it by hand: docker pull ${image}.`,
  })
}

function configOf(
  { passwordVariable, command, memoryBytes }: ScratchRequest,
  image: string,
  mark: Mark,
): ContainerCreateOptions {
  return {
    Image: image,
    ...(command.length > 0 ? { Cmd: [...command] } : {}),
    Env: [`${passwordVariable}=${randomBytes(24).toString("base64url")}`],
    Labels: { ...helperLabels(mark), [scratchLabel]: "true" },
    Healthcheck: { Test: ["NONE"] },
    HostConfig: {
      ...limits(memoryBytes),
      // Nobody is to reach it, and nothing in the data is to reach anybody.
      NetworkMode: "none",
      CpuShares: cpuShares,
      PidsLimit: mostProcesses,
      // Why it ended is only in its log.
      LogConfig: { Type: "json-file", Config: { "max-size": "1m" } },
    },
  }
}

async function whyEnded(
  connection: Connection,
  id: string,
  { memoryBytes }: ScratchRequest,
  signal: AbortSignal,
): Promise<Fault | null> {
  const container = connection.docker.getContainer(id)
  try {
    const { State } = await connection.ask("to inspect a throw-away server", signal, (abortSignal) =>
      container.inspect({ abortSignal }),
    )
    if (State.OOMKilled)
      return ended(`ran out of its memory, ${memoryBytes / 2 ** 20} MiB`, "Raise the setting drill.memory.")
    if (State.Running) return null
    const said = await connection.ask("for a container's log", signal, () =>
      container.logs({ stdout: true, stderr: true, tail: lastLines }),
    )
    const words = textOf(said as unknown as Buffer)
    return ended(
      `ended with exit code ${State.ExitCode}${words ? `: ${words}` : ""}`,
      "See whether the image starts by itself: docker run with the image and its password variable.",
    )
  } catch (error) {
    if (statusOf(error) !== 404) throw error
    return ended("was removed by somebody", "Have the drill made again.")
  }
}

const ended = (how: string, hint: string) =>
  new Fault("docker-error", `the drill's throw-away server ${how}`, { hint })

/** Out of frames of eight bytes, of which the last four are the length, and text. */
function textOf(framed: Buffer): string {
  const parts: string[] = []
  for (let at = 0; at + 8 <= framed.length; ) {
    const length = framed.readUInt32BE(at + 4)
    parts.push(framed.subarray(at + 8, at + 8 + length).toString("utf8"))
    at += 8 + length
  }
  return parts.join("").replace(/\s+/g, " ").trim().slice(-400)
}
