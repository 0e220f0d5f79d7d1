// Tries the way to a server: with its own client, where its dumps would be made, and tells what answered.
import type { Connection } from "../../schemas/kept-server.ts"
import { Fault, problemOf } from "../core/fault.ts"
import { otherNameFault } from "../engines/outside-explain.ts"
import type { Clock, Docker, Outside } from "../ports.ts"
import { type Look, lookInside, type Target } from "./probe.ts"

/** How long an answer is waited for: a few thousand databases are counted in less. */
const longestMilliseconds = 60_000

/** Rejects only when the signal is aborted: why a server does not answer is an answer. */
export async function testConnection(
  { docker, clock }: { readonly docker: Docker; readonly clock: Clock },
  target: Target,
  signal: AbortSignal,
): Promise<Connection> {
  const begun = clock().getTime()
  const deadline = AbortSignal.timeout(longestMilliseconds)
  const limited = AbortSignal.any([signal, deadline])
  const milliseconds = () => Math.max(0, clock().getTime() - begun)
  try {
    const { probe } = await look(docker, target, limited)
    const { engine, serverVersion, tool, toolVersion, warnings, databases } = probe
    return {
      ...{ state: "up", milliseconds: milliseconds(), engine, serverVersion, tool, toolVersion },
      databases: databases.map(({ name }) => name),
      readsAll: (probe.readsAll ?? true) && databases.every(({ hidden = [] }) => hidden.length === 0),
      warnings: [...warnings],
      tls: tlsOf(probe.tls ?? null, target.container.outside),
    }
  } catch (error) {
    signal.throwIfAborted()
    const problem = problemOf(deadline.aborted ? noAnswer(target) : error)
    return { state: "down", milliseconds: milliseconds(), problem }
  }
}

async function look(docker: Docker, target: Target, signal: AbortSignal): Promise<Look> {
  try {
    return await lookInside(docker, target, signal)
  } catch (error) {
    const { outside } = target.container
    const ambiguous =
      error instanceof Fault &&
      error.code === "tls-refused" &&
      outside?.type === "mysql" &&
      outside.tls.mode === "verify-full"
    if (ambiguous && (await signedWell(docker, target, outside, signal))) throw otherNameFault(error, outside)
    throw error
  }
}

/** MySQL's client says the same of another signer and of another name: whether the signer is right shows without the name. */
async function signedWell(
  docker: Docker,
  target: Target,
  outside: Outside,
  signal: AbortSignal,
): Promise<boolean> {
  const server = { ...outside, tls: { ...outside.tls, mode: "verify-ca" as const } }
  try {
    await lookInside(docker, { ...target, container: { ...target.container, outside: server } }, signal)
    return true
  } catch (error) {
    // Whatever it complains of now comes after the certificate.
    return error instanceof Fault && error.code !== "tls-refused" && !signal.aborted
  }
}

const tlsOf = (version: string | null, outside: Outside | undefined) =>
  version === null ? null : { version, certificateChecked: outside?.tls.mode.startsWith("verify") === true }

function noAnswer({ name, container: { outside } }: Target): Fault {
  return new Fault(
    "server-not-ready",
    `${outside?.host ?? name} did not answer within ${longestMilliseconds / 1000} s`,
    {
      hint: "Check host, port and firewall. A server that is very busy, or has very many databases, can take longer.",
    },
  )
}
