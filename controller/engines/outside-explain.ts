// Why a server outside Docker does not answer as it should, told for who named its host, user and certificates.
import type { FaultCode } from "../../schemas/errors.ts"
import type { Engine } from "../../schemas/scalar.ts"
import { Fault } from "../core/fault.ts"
import type { Outside } from "../ports.ts"
import type { Probe } from "./engine.ts"

interface Rule {
  readonly pattern: RegExp
  readonly code: FaultCode
  readonly hint: (server: Outside) => string
}

const placeIn = ({ host, port }: Outside) => `${host}${port === undefined ? "" : `:${port}`}`
const otherName = ({ host }: Outside) =>
  `The certificate is of another name than ${host}: connect by a name that stands in it, or choose tls.mode verify-ca, which checks the signer alone.`
const otherSigner =
  "The server's certificate is not signed by whom tls names: give the certificates that sign it with tls.ca (in dbbackup.yaml: tls.caFile), or choose another tls.mode."

const rules: readonly Rule[] = [
  {
    pattern: /could not translate host name|Unknown (MySQL )?server host|\b2005\b/,
    code: "host-unknown",
    hint: ({ host }) =>
      `The Docker host knows no ${host}: correct the name, or name the server by its address. Names of containers and compose services are none to it.`,
  },
  {
    pattern:
      /invalid response to SSL negotiation|expected authentication request|unsupported frontend protocol|initial communication packet.*(110|timed? out)/,
    code: "engine-mismatch",
    hint: (server) =>
      `What listens at ${placeIn(server)} does not speak as ${server.type} does: correct type or port.`,
  },
  {
    pattern: /initial communication packet|server closed the connection unexpectedly/,
    code: "server-not-ready",
    hint: (server) =>
      `What answers at ${placeIn(server)} ended the connection at once: a server that is starting or full, or none of ${server.type}. Check host and port.`,
  },
  {
    pattern: /does not match host name|hostname mismatch|host ?name (doesn't|does not) match/i,
    code: "tls-refused",
    hint: otherName,
  },
  {
    pattern: /does not support SSL|SSL connection is required|SSL is required|doesn't support it/i,
    code: "tls-refused",
    hint: () =>
      "The server has no TLS. Turn it on there; or, where nobody else can listen between here and there, choose tls.mode disable.",
  },
  {
    pattern: /certificate|TLS\/SSL error|SSL connection error|SSL error:|ERROR 2026/,
    code: "tls-refused",
    hint: () => otherSigner,
  },
  {
    pattern: /no pg_hba\.conf entry|pg_hba\.conf rejects|\b1130\b|is not allowed to connect/,
    code: "access-denied",
    hint: ({ user, type }) =>
      type === "postgres"
        ? `The server lets ${user} in from other addresses only: add the Docker host's to its pg_hba.conf, with hostssl for TLS.`
        : `The server lets ${user} in from other addresses only: create the account for the Docker host's address.`,
  },
  {
    pattern:
      /password authentication failed|no password supplied|using password|\b1045\b|role ".*" (does not exist|is not permitted)/,
    code: "access-denied",
    hint: ({ user }) => `Check user (${user}) and password.`,
  },
  {
    pattern: /Connection refused|Can't connect|timed? ?out|timeout expired|No route to host|unreachable/i,
    code: "server-not-ready",
    hint: (server) =>
      `Nothing answers at ${placeIn(server)} from the Docker host: check host, port and firewall, and that the server listens beyond its own machine.`,
  },
]

/** The same failure in the words for such a server; as it was when there are none, as for a missing image. */
export function explainOutside(failure: Fault, server: Outside): Fault {
  if (
    !["access-denied", "server-not-ready", "server-lost", "server-down", "dump-failed"].includes(failure.code)
  )
    return failure
  const rule = rules.find(({ pattern }) => pattern.test(failure.message))
  return rule ? new Fault(rule.code, failure.message, { hint: rule.hint(server), cause: failure }) : failure
}

/** That the names differ, where the message does not tell it from another signer. */
export function otherNameFault(failure: Fault, server: Outside): Fault {
  return new Fault("tls-refused", failure.message, { hint: otherName(server), cause: failure })
}

/** Throws a Fault, `engine-mismatch`, for MariaDB that was named as MySQL, or the other way round: they answer each other's clients. */
export function requireEngine({ engine, serverVersion }: Probe): void {
  const found = familyOf(serverVersion)
  if (engine === "postgres" || found === null || found === engine) return
  throw new Fault("engine-mismatch", `the server is ${found} ${serverVersion}, not ${engine}`, {
    hint: `Write type: ${found}.`,
  })
}

/** Versions of the two do not overlap: MariaDB has had none below 10 for years, MySQL none of 10 or above. */
function familyOf(version: string): Extract<Engine, "mysql" | "mariadb"> | null {
  if (version.includes("MariaDB")) return "mariadb"
  const major = Number.parseInt(version, 10)
  return Number.isNaN(major) || major >= 10 ? null : "mysql"
}
