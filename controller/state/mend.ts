// Opens the catalogue whatever has become of its file: a damaged one is set aside and a new one made, and it is noted that this one must
// be made again from elsewhere. What is not damage, such as a full disk or missing rights, is refused as ever.
import { existsSync, mkdirSync, statSync } from "node:fs"
import { dirname } from "node:path"
import { Fault } from "../core/fault.ts"
import type { EventHub } from "../ports.ts"
import { type About, readAbout, writeAbout } from "./about.ts"
import { setAside } from "./damage.ts"
import { type OpenCatalogue, type OpenOptions, openCatalogue } from "./open.ts"
import { sqliteFault } from "./sqlite-fault.ts"
import { isLogCut } from "./write-ahead-log.ts"

interface Found {
  readonly why: string
  /** Whether what is there is of use no more. */
  readonly broken: boolean
}

/** As `openCatalogue`, but for damage. `now`: when it is. */
export function openOrMend(
  path: string,
  now: Date,
  events?: Pick<EventHub, "publish">,
  options: OpenOptions = {},
): OpenCatalogue {
  const { log = () => {} } = options
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const about = readAbout(path)
  const note = (found: Found): void => {
    const { installation } = about
    const mending = {
      ...{ since: now, why: found.why, setAside: null, anew: found.broken, installation },
      ...{ copy: null, done: [] },
    }
    writeAbout(path, { ...about, open: true, mending })
    const moved = found.broken ? setAside(path, now) : null
    writeAbout(path, { ...about, open: true, mending: { ...mending, setAside: moved } })
    log("error", `${found.why}: the catalogue is made again from its copies and from the destinations`, {
      path,
      ...(moved === null ? {} : { setAside: moved }),
      hint: "Nothing is pruned until that has ended well. The stored backups are not touched.",
    })
  }
  const opened = () => openCatalogue(path, events, options)

  const missing = whatIsMissing(path, about)
  try {
    if (missing !== null) note(missing)
    const catalogue = openUnlessDamaged(opened, note)
    const { mending } = readAbout(path)
    if (mending?.anew && mending.installation !== null) catalogue.beInstallation(mending.installation)
    writeAbout(path, { installation: catalogue.installation(), open: true, mending })
    return catalogue
  } catch (error) {
    throw sqliteFault(error, path)
  }
}

/** Some damage shows only when the rows are used, by a migration say. */
function openUnlessDamaged(opened: () => OpenCatalogue, note: (found: Found) => void): OpenCatalogue {
  try {
    return opened()
  } catch (error) {
    if (!(error instanceof Fault) || error.code !== "catalogue-damaged") throw error
    note({ why: error.message, broken: true })
    return opened()
  }
}

/** What can be seen before SQLite has opened, and with that changed, anything. */
function whatIsMissing(path: string, { open, installation }: About): Found | null {
  if (!existsSync(path))
    return open ? { why: `the catalogue was removed while it was in use: ${path}`, broken: true } : null
  if (statSync(path).size === 0 && installation !== null)
    return { why: `the catalogue is damaged: ${path} (it is empty)`, broken: true }
  if (!open) return null
  const log = `${path}-wal`
  if (!existsSync(log))
    return { why: `what the catalogue recorded last is missing, with its log: ${log}`, broken: false }
  if (isLogCut(log))
    return { why: `what the catalogue recorded last is damaged, in its log: ${log}`, broken: false }
  return null
}
