// The settings of the catalogue: its copies at the destinations, and what of it is kept.
import { z } from "zod"
import { Duration, Schedule } from "./scalar.ts"

export const catalogueSettings = z.strictObject({
  copies: z
    .string()
    .regex(/^\d{1,3}$/, "write a whole number, 0 to 999")
    .transform(Number)
    .prefault("7")
    .meta({
      type: ["integer", "string"],
      description:
        "Copies of the catalogue that are kept at every destination, encrypted where `defaults.encrypt` names a key. 0 makes none.",
      variable: "DBBACKUP_CATALOGUE_COPIES",
    }),
  schedule: Schedule.prefault("daily").meta({
    description: "When they are made: as the label `schedule`.",
    variable: "DBBACKUP_CATALOGUE_SCHEDULE",
  }),
  logs: Duration.prefault("90d").meta({
    description:
      "How long `dbbackup maintenance cleanup` keeps the logs of restores, and of runs none of whose backups is there any more.",
  }),
})
