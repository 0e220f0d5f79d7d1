// What the first start of an image leaves in its volume, kept as an archive: a server that is given it starts in a second, where one
// that makes it anew keeps a processor busy for two to seven. Made by the image itself, with the environment of the servers in tests.
import { existsSync, renameSync } from "node:fs"
import { join } from "node:path"
import { must } from "./command.ts"
import { cacheFolder } from "./places.ts"

interface Kept {
  /** The one that the image declares as its volume. */
  readonly folder: string
  /** Tar, to be unpacked in `parent`. */
  readonly archive: string
  readonly parent: string
}

/** Null when none was kept of this very image. */
export async function keptDataFolder(image: string): Promise<Kept | null> {
  const kept = await placeOf(image)
  return kept !== null && existsSync(kept.archive) ? kept : null
}

/** Starts a server, ends it in order, and keeps what it has left, unless that was done before. */
export async function keepDataFolder(
  image: string,
  start: () => Promise<{ readonly name: string; ready(): Promise<void>; remove(): Promise<void> }>,
): Promise<void> {
  const kept = await placeOf(image)
  if (kept === null || existsSync(kept.archive)) return
  const server = await start()
  try {
    await server.ready()
    // Each server has a name of its own, which it makes up where it finds none.
    await must(["docker", "exec", server.name, "sh", "-c", 'rm -f "$1"/auto.cnf', "sh", kept.folder])
    await must(["docker", "stop", "--time", "60", server.name])
    const unfinished = `${kept.archive}.${process.pid}`
    await must(["sh", "-c", 'docker cp "$1" - >"$2"', "sh", `${server.name}:${kept.folder}`, unfinished])
    renameSync(unfinished, kept.archive)
  } finally {
    await server.remove()
  }
}

/** By the image's id: another image of the same name has left something else. */
async function placeOf(image: string): Promise<Kept | null> {
  const format = "{{.Id}} {{range $path, $_ := .Config.Volumes}}{{$path}} {{end}}"
  const [id = "", folder] = (await must(["docker", "image", "inspect", "--format", format, image])).split(" ")
  if (!folder?.startsWith("/")) return null
  const archive = join(cacheFolder("data-folders"), `${id.replace("sha256:", "")}.tar`)
  return { archive, folder, parent: join(folder, "..") }
}
