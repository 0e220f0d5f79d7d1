// A helper for a server that has no container: on the host's network, with the server's password by its input alone.
import type { ContainerCreateOptions } from "dockerode"
import { portOf } from "../../schemas/outside.ts"
import type { Helper, OutsidePlace } from "../ports.ts"
import { limits, toolConfig } from "./helper-config.ts"
import { assignment, type Mark } from "./mark.ts"

const folder = "/run/dbbackup"

/** The password, then the certificates up to a line with a dot, end in a variable of the shell and in a file in memory. */
const preamble = `IFS= read -r dbbackup_password || exit 97
dbbackup_ca=${folder}/ca.pem
while IFS= read -r dbbackup_line && [ "$dbbackup_line" != . ]; do printf '%s\\n' "$dbbackup_line"; done >"$dbbackup_ca"
`
export const withPreamble = (script: string): string => `${preamble}${script}`

/** What such a script reads first. */
export const preambleInput = ({ password, ca }: { readonly password: string; readonly ca: string }): string =>
  `${password}\n${ca.trimEnd()}\n.\n`

export function outsideConfig(
  { memoryBytes }: Helper,
  { server }: OutsidePlace,
  image: string,
  volumes: readonly string[],
  argv: readonly string[],
  mark: Mark,
): ContainerCreateOptions {
  return {
    ...toolConfig(argv, true, mark),
    Image: image,
    Env: [
      `DBBACKUP_SERVER_HOST=${server.host}`,
      `DBBACKUP_SERVER_PORT=${portOf(server)}`,
      `DBBACKUP_SERVER_TLS=${server.tls.mode}`,
      assignment(mark),
    ],
    HostConfig: {
      // What the Docker host reaches, it reaches: a server on the host itself, too.
      NetworkMode: "host",
      Tmpfs: Object.fromEntries([[folder, "mode=1777,size=4m"], ...volumes.map((path) => [path, ""])]),
      ...limits(memoryBytes),
    },
  }
}
