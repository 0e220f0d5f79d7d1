// What the operator allows the throw-away server of a drill.
import { z } from "zod"
import { Size } from "./scalar.ts"

export const drill = z.strictObject({
  memory: Size.prefault("1GiB").meta({
    description: "Memory limit of the throw-away server of a drill (label `verify`).",
    variable: "DBBACKUP_DRILL_MEMORY",
  }),
})
