// The files of pg_dump's directory and tar formats: which names there are, and that each of them that is promised is there. Nothing
// else is taken, whatever a tar file says where it belongs.
import { Fault } from "../core/fault.ts"

const names = /^(restore\.sql|toc\.dat|blobs(_\d+)?\.toc|(blob_)?\d+\.dat(\.(gz|lz4|zst))?)$/
/** pg_dump ends its tar format with it. The directory format has none. */
const script = "restore.sql"
/** What macOS and file managers put beside other people's files. */
const passedOver = /^(\._.*|\.DS_Store|Thumbs\.db)$/

export interface DumpFolder {
  /** Its bare name; null for what is passed over. Throws a Fault, `import-refused`, for what does not belong there. */
  nameOf(path: string): string | null
  /** A name of data, as the table of contents has it; of large objects, it is called otherwise in some versions. */
  promise(file: string, isOfLargeObjects: boolean): void
  /** The text of a list of large objects. */
  list(text: string): void
  /** Which format it is. Throws a Fault for what is promised and not there. */
  requireWhole(): "directory" | "tar"
}

export function dumpFolder(): DumpFolder {
  const there = new Set<string>()
  const promised = new Set<string>()
  const isList = new Set<string>()
  let folder: string | undefined
  return {
    nameOf(path) {
      const parts = path.replace(/^(\.\/)+/, "").split("/")
      const name = parts.pop() ?? ""
      if (passedOver.test(name)) return null
      if (path.startsWith("/") || path.includes("\\") || path.includes("\0") || parts.some(leadsAway))
        throw refused(`${JSON.stringify(path)} in it leads out of its folder`)
      if (!names.test(name)) throw refused(`${JSON.stringify(path)} in it is no file of pg_dump`)
      const own = parts.join("/")
      folder ??= own
      if (own !== folder)
        throw refused(`it holds several folders, ${JSON.stringify(folder)} and ${JSON.stringify(own)}`)
      if (there.has(name)) throw refused(`${JSON.stringify(name)} is in it twice`)
      there.add(name)
      return name
    },
    promise(file, isOfLargeObjects) {
      promised.add(file)
      if (isOfLargeObjects) isList.add(file)
    },
    list(text) {
      for (const [, file] of text.matchAll(/^\d+ (blob_\d+\.dat)$/gm))
        if (file !== undefined) promised.add(file)
    },
    requireWhole() {
      if (!there.has("toc.dat"))
        throw refused("there is no toc.dat in it", "Pack the folder that pg_dump made, and nothing else.")
      const format = there.has(script) ? "tar" : "directory"
      // pg_dump's own has neither a folder nor compressed files, and is read as it is.
      if (format === "tar" && (folder !== "" || [...there].some((name) => /\.(gz|lz4|zst)$/.test(name))))
        throw refused(
          `${script} of another format is among its files`,
          "Take it out of the folder, and pack that again.",
        )
      const isThere = (file: string) => {
        const lists = [file.replace(/^(\d+)\.dat$/, "blobs_$1.toc"), "blobs.toc"]
        return [
          ...["", ".gz", ".lz4", ".zst"].map((ending) => file + ending),
          ...(isList.has(file) ? lists : []),
        ].some((name) => there.has(name))
      }
      const lacking = [...promised].filter((file) => !isThere(file))
      if (lacking.length > 0)
        throw refused(
          `${lacking.slice(0, 3).join(", ")} of its table of contents ${lacking.length === 1 ? "is" : "are"} not in it`,
          "The dump is not whole. Pack the folder again, or dump again.",
        )
      return format
    },
  }
}

const leadsAway = (part: string): boolean => part === ".." || part === "" || part === "."

function refused(
  what: string,
  hint = "Pack the folder of pg_dump as it is: tar -cf dump.tar -C FOLDER .",
): Fault {
  return new Fault("import-refused", `the file is a tar file that is not taken: ${what}`, { hint })
}
