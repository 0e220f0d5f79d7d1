// Where the Docker engine listens: the forms DOCKER_HOST may have, as what dockerode needs. Opens nothing.
import { Agent } from "node:http"
import { inspect } from "node:util"
import type { DockerOptions } from "dockerode"
import { Fault } from "../core/fault.ts"

export type Endpoint =
  | { readonly kind: "unix"; readonly text: string; readonly path: string }
  | { readonly kind: "tcp"; readonly text: string; readonly host: string; readonly port: number }

const forms = "Write unix:///var/run/docker.sock, or tcp://host:2375 for a socket proxy."

/** Throws a Fault `settings-invalid` for anything but `unix://PATH`, `tcp://HOST[:PORT]` and `http://HOST[:PORT]`. */
export function parseEndpoint(text: string): Endpoint {
  const socket = /^unix:\/\/(\/.+)$/.exec(text)?.[1]
  if (socket !== undefined) return { kind: "unix", text, path: socket }
  if (/^(https|ssh|npipe|fd):/.test(text)) {
    throw new Fault("settings-invalid", `cannot reach Docker over ${text.split(":")[0]} (${text})`, {
      hint: `${forms} TLS and SSH are not supported: use a socket proxy on a private network.`,
    })
  }
  const url = /^(tcp|http):\/\/[^/]+\/?$/.test(text) ? parseUrl(text) : null
  if (url === null || url.hostname === "" || url.username !== "") {
    throw new Fault("settings-invalid", `not a Docker endpoint: ${text}`, { hint: forms })
  }
  const withoutPort = url.protocol === "http:" ? 80 : 2375
  return { kind: "tcp", text, host: url.hostname, port: url.port === "" ? withoutPort : Number(url.port) }
}

function parseUrl(text: string): URL | null {
  return URL.canParse(text) ? new URL(text) : null
}

/** Every option is named, because dockerode fills those that are missing from the process environment. */
export function dockerOptions(endpoint: Endpoint): DockerOptions {
  const tcp = endpoint.kind === "tcp"
  return {
    socketPath: tcp ? undefined : endpoint.path,
    host: tcp ? endpoint.host : undefined,
    port: tcp ? endpoint.port : undefined,
    protocol: "http",
    pathPrefix: "/",
    timeout: undefined,
    ca: undefined,
    cert: undefined,
    key: undefined,
    agent: freshConnections(),
  } as DockerOptions
}

/**
 * A connection kept from before an engine's restart would fail the first call after it. dockerode inspects its options to all
 * depths before each call, for a debug line that nobody reads; an agent with all its sockets would take it 20 ms.
 */
function freshConnections(): Agent {
  return Object.assign(new Agent({ keepAlive: false }), { [inspect.custom]: () => "Agent" })
}
