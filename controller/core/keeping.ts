// What destinations are told of a backup beside its bytes: how large it will be, what it is of, and until when it is locked.
import type { JobLabels } from "../../schemas/labels.ts"
import type { Manifest } from "../../schemas/manifest.ts"
import { Duration } from "../../schemas/scalar.ts"
import type { Keeping, NewBackup } from "../ports.ts"
import { subjectWord } from "./key.ts"

/** Of a dump that begins. @param last of the last good backup of the same database */
export function keepingOf(
  backup: Pick<NewBackup, "id" | "serverName" | "subject">,
  job: { readonly name: string; readonly spec: Pick<JobLabels, "lock"> },
  startedAt: Date,
  last: { readonly storedBytes: number } | undefined,
): Keeping {
  const { lock } = job.spec
  return {
    about: about(backup.serverName, backup, job.name),
    ...(last && { expectedBytes: last.storedBytes }),
    ...(lock !== "none" && { lockedUntil: later(startedAt, lock) }),
  }
}

/** Of a copy that is made later: it is locked as long as the others, not longer. */
export function keepingOfManifest(manifest: Manifest): Keeping {
  const lock = secondsIn(manifest.spec.lock)
  return {
    about: about(manifest.server.name, manifest, manifest.job),
    expectedBytes: manifest.proof.storedBytes,
    ...(lock !== null && { lockedUntil: later(new Date(manifest.startedAt), lock) }),
  }
}

const about = (server: string, { id, subject }: Pick<NewBackup, "id" | "subject">, job: string) => ({
  server,
  database: subjectWord(subject),
  job,
  backup: id,
})

const later = (at: Date, seconds: number) => new Date(at.getTime() + seconds * 1000)

/** A manifest has the value as it is in force, in seconds; one made by hand may have it as labels do. */
function secondsIn(text: string | undefined): number | null {
  if (text !== undefined && /^\d{1,12}$/.test(text)) return Number(text)
  return Duration.safeParse(text).data ?? null
}
