// The settings section `restore`: what is kept around restores, and for how long.
import { z } from "zod"
import { Duration, DurationOrNone } from "./scalar.ts"

export const restore = z.strictObject({
  keepFor: DurationOrNone.prefault("24h").meta({
    description:
      "How long the database that a swap has replaced is kept, for an undo, unless the request says otherwise. `0`: not at all.",
    variable: "DBBACKUP_RESTORE_KEEP_FOR",
  }),
  uploadsKept: Duration.prefault("24h").meta({
    description:
      "How long a file that was uploaded or chosen to be restored is remembered; an upload is deleted then.",
    variable: "DBBACKUP_RESTORE_UPLOADS_KEPT",
  }),
})
