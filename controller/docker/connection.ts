// One Docker engine, and the one way to ask it something: with a time limit, and with every error as a Fault.
import Dockerode from "dockerode"
import { Fault } from "../core/fault.ts"
import { dockerOptions, type Endpoint, parseEndpoint } from "./endpoint.ts"
import { notDocker, refused, statusOf, unreachable } from "./faults.ts"
import type { Mark } from "./mark.ts"

/** An engine under load may be slow; one that has said nothing for this long hangs. */
const answerSeconds = 30

export interface Connection {
  readonly endpoint: Endpoint
  readonly docker: Dockerode
  /** What every tool that is started over it carries. */
  readonly mark: Mark
  /**
   * Resolves with the answer. Rejects with `docker-unreachable` when none came, with `docker-error` when the engine refused
   * (`statusOf` tells the status), with the signal's reason when it was aborted.
   * The call must pass its own signal on; it is not aborted any more once the call has settled, so a stream may outlive it.
   * @param doing what is asked, as in "docker refused DOING"
   */
  ask<T>(doing: string, signal: AbortSignal, call: (signal: AbortSignal) => Promise<T>): Promise<T>
}

const ownMark: Mark = { installation: crypto.randomUUID(), instance: "only" }

export function connect(text: string, mark: Mark = ownMark): Connection {
  const endpoint = parseEndpoint(text)
  const docker = new Dockerode(dockerOptions(endpoint))
  return {
    endpoint,
    docker,
    mark,
    async ask(doing, signal, call) {
      signal.throwIfAborted()
      const limit = new AbortController()
      const stop = () => limit.abort(signal.reason)
      signal.addEventListener("abort", stop, { once: true })
      const timer = setTimeout(() => limit.abort(noAnswer(endpoint, doing)), answerSeconds * 1000)
      try {
        // dockerode never settles a call whose answer is cut short, hence the race.
        return await Promise.race([call(limit.signal), abortion(limit.signal)])
      } catch (error) {
        if (limit.signal.aborted) throw limit.signal.reason
        if (error instanceof Fault) throw error
        if (statusOf(error) === undefined) throw await unreachable(endpoint, error)
        throw saysDocker(error) ? refused(doing, error) : notDocker(endpoint, error)
      } finally {
        clearTimeout(timer)
        signal.removeEventListener("abort", stop)
      }
    },
  }
}

function abortion(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true })
  })
}

function noAnswer(endpoint: Endpoint, doing: string): Fault {
  return new Fault(
    "docker-unreachable",
    `docker at ${endpoint.text} did not answer ${doing} within ${answerSeconds} s`,
    {
      hint: "The engine hangs or is overloaded: `docker version` on its host should answer at once.",
    },
  )
}

/** A web server that is no Docker engine answers 404 with a page, an engine (or its proxy, 403) with a plain message. */
function saysDocker(error: unknown): boolean {
  const said = error instanceof Error ? error.message : ""
  return !/<html|<!doctype|<h1>|HTTPS server/i.test(said) || statusOf(error) === 403
}
