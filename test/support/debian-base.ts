// Makes debian:SUITE-slim with debootstrap, as the base of the stand-ins. The tag appears only when it is complete.
import { createHash } from "node:crypto"
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { aptInstall, debianMirror, installRefusal } from "./apt.ts"
import { must, which } from "./command.ts"
import { cacheFolder } from "./places.ts"

export type Suite = "bullseye" | "bookworm" | "trixie" | "sid"

const dpkgSettings = `force-unsafe-io
path-exclude /usr/share/doc/*
path-include /usr/share/doc/*/copyright
path-exclude /usr/share/man/*
path-exclude /usr/share/locale/*
path-include /usr/share/locale/locale.alias
path-exclude /usr/share/info/*
`
// A mirror may lag behind the time in which its list says it is valid.
const aptSettings = `Acquire::Check-Valid-Until "false";
Acquire::Languages "none";
Dir::Cache::pkgcache "";
Dir::Cache::srcpkgcache "";
`
const dropped = [
  "usr/share/doc",
  "usr/share/man",
  "usr/share/locale",
  "usr/share/info",
  "var/lib/apt/lists",
  "var/cache/apt",
]

/** Changes whenever the base would come out different. */
export function baseRecipe(suite: Suite): string {
  return createHash("sha256")
    .update([suite, dpkgSettings, aptSettings, ...dropped].join("\0"))
    .digest("hex")
}

/** Imports the suite under the tag, with the labels. Needs root and debootstrap, which it installs. */
export async function buildDebianBase(suite: Suite, tag: string, label: string): Promise<void> {
  debootstrapIsThere ??= requireDebootstrap(tag)
  await debootstrapIsThere
  const work = prepareFolder(suite)
  const root = join(work, "root")
  try {
    // Its own mount namespace: what debootstrap mounts inside the folder ends with it, however it ends.
    await must([
      ...["unshare", "--mount", "debootstrap", "--variant=minbase"],
      ...[suite, root, debianMirror()],
    ])
    writeFileSync(join(root, "etc/dpkg/dpkg.cfg.d/slim"), dpkgSettings)
    writeFileSync(join(root, "etc/apt/apt.conf.d/slim"), aptSettings)
    for (const path of dropped) {
      rmSync(join(root, path), { recursive: true, force: true })
      mkdirSync(join(root, path), { recursive: true })
    }
    const archive = join(work, "root.tar")
    await must(["tar", "--numeric-owner", "--one-file-system", "-C", root, "-cf", archive, "."])
    await must(["docker", "import", "--change", 'CMD ["bash"]', "--change", `LABEL ${label}`, archive, tag])
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

let debootstrapIsThere: Promise<void> | undefined

async function requireDebootstrap(tag: string): Promise<void> {
  if (process.getuid?.() !== 0) {
    throw new Error(
      `no registry answers, and a stand-in for ${tag} can be built by root only. Load the image (docker load), or run this as root`,
    )
  }
  if (which("debootstrap") !== undefined) return
  const refusal = installRefusal()
  if (refusal !== undefined) throw new Error(`debootstrap is needed to build ${tag}: ${refusal}`)
  await aptInstall(
    ["debootstrap", "debian-archive-keyring"],
    "no registry answers, so base images are made here",
  )
}

/** A fresh folder; those of builds that were interrupted (their process is gone) are removed. */
function prepareFolder(suite: Suite): string {
  const bases = cacheFolder("bases")
  for (const name of readdirSync(bases)) {
    const pid = Number(name.split("-")[1])
    if (!isAlive(pid)) rmSync(join(bases, name), { recursive: true, force: true })
  }
  return mkdtempSync(join(bases, `${suite}-${process.pid}-`))
}

/** A dead process that nobody has waited for still has its folder, with an empty command line. */
function isAlive(pid: number): boolean {
  const commandLine = `/proc/${pid}/cmdline`
  return existsSync(commandLine) && readFileSync(commandLine, "utf8") !== ""
}
