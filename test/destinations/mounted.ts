// A small file system of its own, for what only a real one can do: be full, be read-only.
import { spawnSync } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

export interface Mounted {
  readonly root: string
  remount(options: string): void
  unmount(): void
}

/** A tmpfs with `mount -o` options such as `size=8m`, or null, said loudly, where this process may not mount. */
export function mountTmpfs(options: string): Mounted | null {
  const root = mkdtempSync(join(tmpdir(), "dbbackup-mount-"))
  const run = (...argv: [string, ...string[]]): string => {
    const { status, stderr, error } = spawnSync(argv[0], argv.slice(1), { encoding: "utf8" })
    return status === 0 ? "" : (error?.message ?? stderr.trim())
  }
  const mistake = run("mount", "-t", "tmpfs", "-o", options, "tmpfs", root)
  if (mistake !== "") {
    rmSync(root, { recursive: true })
    console.warn(`SKIPPED, needs the right to mount (run as root): full and read-only disks (${mistake})`)
    return null
  }
  return {
    root,
    remount(changed) {
      const failure = run("mount", "-o", `remount,${changed}`, root)
      if (failure !== "") throw new Error(failure)
    },
    unmount() {
      const failure = run("umount", root)
      if (failure !== "") throw new Error(failure)
      rmSync(root, { recursive: true })
    },
  }
}
