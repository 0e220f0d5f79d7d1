// Compares a proven dump with the last good backups of its database, before it is published.
import type { Manifest } from "../../schemas/manifest.ts"
import type { DatabaseId } from "../../schemas/server.ts"
import { isOfSameContent, isOfSameForm, suspicionOf } from "../core/suspicion.ts"
import type { Catalogue } from "../ports.ts"

/** The manifest, with the reason in it when the backup is suspect. `maxShrink`: percent. */
export function withDoubt(
  catalogue: Pick<Catalogue, "lastGoodManifest">,
  databaseId: DatabaseId,
  made: Manifest,
  maxShrink: number,
): Manifest {
  const content = catalogue.lastGoodManifest(databaseId, (other) => isOfSameContent(made, other))
  const form =
    content && !isOfSameForm(made, content)
      ? catalogue.lastGoodManifest(databaseId, (other) => isOfSameForm(made, other))
      : content
  const suspect = suspicionOf(made, { form, content }, maxShrink)
  return suspect === null ? made : { ...made, suspect }
}
