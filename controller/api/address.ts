// Where the running controller answers, kept beside the catalogue for the command line: the settings may say something
// newer, or any port.
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import type { Log } from "../ports.ts"

const pathIn = (folder: string) => join(folder, "address")

/** Notes it for a client on this machine. A disk that is full is no reason not to answer. */
export function noteAddress(folder: string, hostname: string, port: number, log: Log): void {
  try {
    writeFileSync(pathIn(folder), `http://${reachable(hostname)}:${port}\n`, { mode: 0o600 })
  } catch (error) {
    log("warn", `the command line needs --url: the address cannot be noted (${String(error)})`)
  }
}

/** A URL, of a controller that may have ended since; null when none was noted. */
export function notedAddress(folder: string): string | null {
  try {
    const text = readFileSync(pathIn(folder), "utf8").trim()
    return /^http:\/\/[^\s/]+:\d+$/.test(text) ? text : null
  } catch {
    return null
  }
}

/** Every address of the machine is no address to connect to. */
function reachable(hostname: string): string {
  if (hostname === "0.0.0.0" || hostname === "::") return "127.0.0.1"
  return hostname.includes(":") ? `[${hostname}]` : hostname
}
