// Notices that a file has become another: events of its folder, because editors and Docker replace files and links rather
// than write them, and a slow look of its own, because events of mounts may never come.
import { type FSWatcher, realpathSync, statSync, watch } from "node:fs"
import { basename, dirname } from "node:path"

/** How long it must be quiet after an event, and how often to look without one. */
export interface FollowPace {
  readonly quietMilliseconds: number
  readonly pollMilliseconds: number
}

/** Calls when what stands at the path has changed, until the signal is aborted. */
export function followFile(path: string, changed: () => void, pace: FollowPace, signal: AbortSignal): void {
  let seen = fingerprint(path)
  let watcher: FSWatcher | undefined
  let settling: ReturnType<typeof setTimeout> | undefined

  const look = () => {
    const now = fingerprint(path)
    if (now === seen) return
    seen = now
    changed()
  }
  const settle = () => {
    clearTimeout(settling)
    settling = setTimeout(look, pace.quietMilliseconds)
    settling.unref?.()
  }
  const unwatch = () => {
    watcher?.close()
    watcher = undefined
  }
  const poll = setInterval(look, pace.pollMilliseconds)
  poll.unref?.()
  try {
    watcher = watch(dirname(path), { persistent: false }, settle).on("error", unwatch)
  } catch {
    // The folder is not there, or cannot be watched: looking at intervals is left.
  }
  signal.addEventListener("abort", () => {
    clearTimeout(settling)
    clearInterval(poll)
    unwatch()
  })
}

/** Differs when the file, or a link that leads to it, was replaced or written. */
function fingerprint(path: string): string {
  try {
    const { dev, ino, size, mtimeNs, ctimeNs } = statSync(path, { bigint: true })
    return [realpathSync(path), dev, ino, size, mtimeNs, ctimeNs].join(" ")
  } catch (error) {
    return `${basename(path)} ${(error as NodeJS.ErrnoException).code}`
  }
}
