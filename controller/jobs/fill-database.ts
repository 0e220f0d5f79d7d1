// A new database filled from a copy that is proven: made ▸ loaded. When the copy breaks off meanwhile, what was made is dropped, and
// it begins anew with the next copy: until then nobody but the restore knows of that database.
import { type LoadRequest, loadDump } from "../pipeline/load.ts"
import type { StoredCopy } from "../pipeline/stored-copy.ts"
import type { GoodCopies } from "./good-copy.ts"
import type { UnfinishedDatabase } from "./unfinished-database.ts"

/** Throws with nothing left on the server, as far as it can be dropped. @param first the copy that is proven already */
export async function fillDatabase(
  copies: GoodCopies,
  first: StoredCopy,
  make: () => Promise<UnfinishedDatabase>,
  load: (copy: StoredCopy) => LoadRequest,
): Promise<{ readonly made: UnfinishedDatabase; readonly rawBytes: number }> {
  for (let copy = first; ; copy = await copies.next()) {
    const made = await make()
    try {
      const { rawBytes } = await loadDump(load(copy))
      return { made, rawBytes }
    } catch (error) {
      await made.drop()
      copies.brokeOff(copy, error)
    }
  }
}
