// A browser for the dashboard's tests: the one named by CHROMIUM, an installed one, else Debian's.
import { existsSync } from "node:fs"
import { aptInstall, distribution, installRefusal } from "./apt.ts"
import { which } from "./command.ts"

const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]

/** The path of a Chromium. Throws with what to do when there is none and none can be installed. */
export async function ensureChromium(): Promise<string> {
  const chosen = process.env.CHROMIUM
  if (chosen) {
    if (existsSync(chosen)) return chosen
    throw new Error(`CHROMIUM=${chosen} is not there: name a Chromium's path, or unset CHROMIUM`)
  }
  const found = installedChromium()
  if (found !== undefined) return found
  // Ubuntu's chromium package only fetches a snap.
  const refusal = distribution() === "debian" ? installRefusal() : "only Debian has a package for it"
  if (refusal !== undefined) {
    throw new Error(
      `no Chromium for the browser tests, and ${refusal}: install one, or set CHROMIUM to its path`,
    )
  }
  await aptInstall(["chromium", "fonts-dejavu-core"], "no Chromium for the browser tests")
  const installed = installedChromium()
  if (installed === undefined)
    throw new Error("the chromium package brought no chromium: set CHROMIUM to a browser's path")
  return installed
}

function installedChromium(): string | undefined {
  for (const name of names) {
    const path = which(name)
    if (path !== undefined) return path
  }
  return undefined
}
