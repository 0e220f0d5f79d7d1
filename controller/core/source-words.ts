// What the plan of a restore says otherwise of a file than of a backup.
import type { Manifest } from "../../schemas/manifest.ts"
import type { Needing } from "./restore-needs.ts"
import type { RestorableBackup, RestorableManifest } from "./source-as-backup.ts"

export interface SourceWords {
  readonly what: string
  readonly settings: string
  readonly counted: string
  readonly countedOfChosen: string
  readonly untouched: string
}

/** @param name of the database that was backed up */
export function wordsOf({ source }: Pick<RestorableBackup, "source">, name: string): SourceWords {
  if (!source)
    return {
      what: "the backup",
      settings: `, with the settings of ${name}`,
      counted: "the manifest",
      countedOfChosen: "what the manifest says of the chosen ones",
      untouched: `. ${name} is not touched at any time`,
    }
  const { fileName, databases, kind } = source
  return {
    what: kind.of === "server" || databases.includes(name) ? `${name} of ${fileName}` : fileName,
    settings: "",
    counted: kind.format === "script" ? "nothing, but stop if there is none" : "what the file holds",
    countedOfChosen: "the chosen ones",
    untouched: "",
  }
}

/** Sentences without a full stop. */
export function aboutFile({ source, proof }: Pick<RestorableBackup, "source" | "proof">): string[] {
  if (!source) return []
  return [
    `Nobody here has proven ${source.fileName} when it was made: it was looked through, and has ${proof.end}`,
    ...source.findings,
  ]
}

/** What is asked of the server: by the fingerprint, or as far as a file says it. */
export function neededOf(manifest: RestorableManifest): Needing {
  const { reading } = manifest
  return reading ? { ...manifest, fingerprint: reading.needs } : (manifest satisfies Pick<Manifest, "engine">)
}
