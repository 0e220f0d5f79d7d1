// What is to be known before a helper container is made: beside a server, alone, or for a server outside Docker.
import type { ContainerCreateOptions, ContainerInspectInfo } from "dockerode"
import { Fault } from "../core/fault.ts"
import type { ExecRequest, Helper, OutsideHelp, OutsidePlace } from "../ports.ts"
import type { Connection } from "./connection.ts"
import { statusOf } from "./faults.ts"
import { aloneConfig } from "./helper-alone.ts"
import { helperConfig } from "./helper-config.ts"
import type { HelperLife } from "./helper-end.ts"
import { outsideConfig, preambleInput, withPreamble } from "./helper-outside.ts"
import { lookAt, whyDown } from "./look.ts"
import { announcing } from "./pid-line.ts"
import { inputTarget, outputTarget } from "./pipes.ts"
import { toolImageFor } from "./tool-images.ts"

export interface Prepared {
  readonly config: ContainerCreateOptions
  /** The script waits for a line of input, and more of its own. */
  readonly stdin: boolean
  readonly input: string
  readonly server: HelperLife["server"]
}

/** Throws a Fault as `Docker.exec`. */
export async function prepareHelper(
  connection: Connection,
  request: ExecRequest,
  helper: Helper,
  help: OutsideHelp,
  signal: AbortSignal,
): Promise<Prepared> {
  const { outside } = helper
  if (outside) return await prepareOutside(connection, request, helper, outside, help, signal)
  if (helper.alone) return await prepareAlone(connection, request, helper, signal)
  return await prepareBeside(connection, request, helper, signal)
}

const targets = (fed: boolean) => ({ output: outputTarget, input: fed ? inputTarget : null })

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
  const argv = ["sh", "-c", announcing(script, stdin, targets(stdin)), "dbbackup", ...args]
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
  const argv = ["sh", "-c", announcing(script, stdin, targets(stdin)), "dbbackup", ...args]
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
  const argv = ["sh", "-c", announcing(withPreamble(script), true, targets(false)), "dbbackup", ...args]
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

export function noImage(image: string, cause: unknown): Fault {
  return new Fault("tool-missing", `there is no image ${image} on this Docker engine`, {
    hint: `A backup never pulls an image. Pull it by hand (docker pull ${image}), or correct helper.images in the settings.`,
    cause,
  })
}
