// Says in words why the Docker engine could not be reached or refused a call, and what to do about it.
import { stat } from "node:fs/promises"
import { Fault } from "../core/fault.ts"
import type { Endpoint } from "./endpoint.ts"

/** The HTTP status with which the engine refused, or undefined when the error is of another kind. */
export function statusOf(error: unknown): number | undefined {
  for (let at = error; at instanceof Error; at = at.cause) {
    if ("statusCode" in at && typeof at.statusCode === "number") return at.statusCode
  }
  return undefined
}

/** What the engine itself said, without dockerode's prefix. */
export function engineWords(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error)
  return text
    .replace(/^\(HTTP code \d+\) .*? - /s, "")
    .replace(/\s+/g, " ")
    .trim()
    .slice(0, 500)
}

/** The engine answered, but did not do it. */
export function refused(doing: string, error: unknown): Fault {
  const status = statusOf(error)
  const forbidden = status === 401 || status === 403
  return new Fault("docker-error", `docker refused ${doing}: ${engineWords(error)} (HTTP ${status})`, {
    cause: error,
    ...(forbidden && {
      hint: "A proxy in front of the Docker socket forbids it: allow containers, events, exec and POST.",
    }),
  })
}

export function notDocker(endpoint: Endpoint, cause?: unknown): Fault {
  const overTls = cause !== undefined && /HTTPS server/.test(engineWords(cause))
  return new Fault("docker-unreachable", `what answers at ${endpoint.text} is not a Docker engine`, {
    hint: overTls
      ? "It wants TLS, which is not supported: use its Unix socket, or a socket proxy on a private network."
      : "Check DOCKER_HOST: it must name a Docker engine or a Docker socket proxy.",
    cause,
  })
}

/** No answer came. Looks at the socket's file to tell a missing one from a forbidden one. */
export async function unreachable(endpoint: Endpoint, error: unknown): Promise<Fault> {
  const code = error instanceof Error && "code" in error ? String(error.code) : ""
  const fault = (message: string, hint: string) =>
    new Fault("docker-unreachable", message, { hint, cause: error })
  if (code.startsWith("HPE_")) return notDocker(endpoint, error)
  if (code === "ECONNRESET" || code === "EPIPE") {
    return fault(
      `docker at ${endpoint.text} closed the connection`,
      "The engine may be restarting; it is tried again.",
    )
  }
  if (endpoint.kind === "tcp") {
    if (code === "ECONNREFUSED") {
      return fault(
        `nothing listens at ${endpoint.text}`,
        "Start the Docker engine or socket proxy there, or correct DOCKER_HOST.",
      )
    }
    if (code === "ENOTFOUND" || code === "EAI_AGAIN") {
      return fault(
        `the host name ${endpoint.host} is not known`,
        "Correct DOCKER_HOST, or join the network the name is known in.",
      )
    }
    return fault(
      `cannot reach docker at ${endpoint.text}: ${engineWords(error)}`,
      "Check DOCKER_HOST and the network to it.",
    )
  }
  const mount = `-v /var/run/docker.sock:${endpoint.path}`
  const file = await stat(endpoint.path).catch(() => null)
  if (code === "EACCES" || code === "EPERM") {
    const owner =
      file === null ? "" : ` (uid ${file.uid}, gid ${file.gid}, mode ${(file.mode & 0o777).toString(8)})`
    const group = file === null ? "the socket's group" : `group ${file.gid}`
    return fault(
      `no permission to use ${endpoint.path}${owner}`,
      `Run as root, or add ${group} (compose: group_add).`,
    )
  }
  if (file === null) {
    return fault(
      `no Docker socket at ${endpoint.path}`,
      `Mount it (${mount}), or set DOCKER_HOST to where the engine listens.`,
    )
  }
  if (!file.isSocket()) {
    return fault(
      `${endpoint.path} is a ${file.isDirectory() ? "directory" : "file"}, not a socket`,
      `Docker makes a directory where a mounted path is missing on the host: start the engine, then mount its socket (${mount}).`,
    )
  }
  if (code === "ECONNREFUSED") {
    return fault(
      `nothing listens on ${endpoint.path}`,
      "Start the Docker engine; after its restart the socket must be mounted anew.",
    )
  }
  return fault(
    `cannot reach docker at ${endpoint.path}: ${engineWords(error)}`,
    "Check that the Docker engine runs.",
  )
}
