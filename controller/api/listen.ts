// Puts the application on a port, or says why it cannot.
import { Fault } from "../core/fault.ts"
import { isLoopback } from "../core/settings.ts"
import type { Log } from "../ports.ts"
import type { Router } from "./router.ts"

export interface Listening {
  /** The one in use, also when 0 asked for any. */
  readonly port: number
  /** Closes the port and every connection: a follower of the events would never hang up by itself. */
  stop(): Promise<void>
}

/** Throws a Fault when the port is taken or the address is not this machine's. */
export function listen(
  app: Router,
  { hostname, port }: { readonly hostname: string; readonly port: number },
): Listening {
  try {
    const server = Bun.serve({
      hostname,
      port,
      development: false,
      // Bun 1.4 shares the port with other programs when development is off, unless told not to.
      reusePort: false,
      idleTimeout: 30,
      // The application limits each body itself, a dump that is handed in by a setting.
      maxRequestBodySize: Number.MAX_SAFE_INTEGER,
      fetch: (request, server) => app.fetch(request, { server }),
    })
    return { port: server.port ?? port, stop: () => server.stop(true) }
  } catch (error) {
    throw refusal(error, hostname, port)
  }
}

function refusal(error: unknown, hostname: string, port: number): unknown {
  const code = (error as { code?: unknown } | null)?.code
  const where = `${hostname}:${port}`
  const fault = (message: string, hint: string) =>
    new Fault("settings-invalid", message, { hint, cause: error })
  if (code === "EADDRINUSE") {
    return fault(`${where} is taken by another program`, "Stop that program, or choose another PORT.")
  }
  if (code === "EACCES") {
    return fault(`${where} may not be used by this user`, "Choose a PORT above 1023.")
  }
  const why = error instanceof Error ? error.message : String(error)
  return fault(
    `cannot listen on ${where}: ${why}`,
    "HOSTNAME must be an address of this machine, such as 127.0.0.1 or 0.0.0.0.",
  )
}

/** Says in the log where it can be reached, and by whom. */
export function announce(program: string, hostname: string, port: number, log: Log): void {
  log("info", `${program} listens on http://${hostname}:${port}`)
  if (isLoopback(hostname))
    log("info", "only this machine can reach it: set HOSTNAME=0.0.0.0 to listen on every address")
  else
    log(
      "warn",
      "it listens beyond this machine and asks nobody for a password: publish it on loopback or behind a proxy that does",
    )
}
