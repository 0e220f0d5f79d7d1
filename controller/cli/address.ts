// Where the command line looks for the controller when it is not told.
import { hostname } from "node:os"
import { dirname } from "node:path"
import { EnvironmentOnly } from "../../schemas/settings.ts"
import { notedAddress } from "../api/address.ts"
import { readVariables } from "../settings/variables.ts"

/** `DBBACKUP_URL`, else what the controller noted in the data folder, else the usual port of this machine. */
export function usualAddress(env: Readonly<Record<string, string | undefined>>): string {
  if (env.DBBACKUP_URL) return env.DBBACKUP_URL
  const { variables } = readVariables(env, hostname())
  const { DATABASE_PATH } = EnvironmentOnly.pick({ DATABASE_PATH: true }).parse({
    DATABASE_PATH: variables.DATABASE_PATH,
  })
  return notedAddress(dirname(DATABASE_PATH)) ?? `http://127.0.0.1:${variables.PORT ?? "3000"}`
}
