// What the operator sets in the environment (specification, 8.2.2), with defaults and checks.
import { z } from "zod"
import { logLevels } from "./run.ts"
import { Bool, TimeZone } from "./scalar.ts"

const WholeNumber = z
  .string()
  .regex(/^\d{1,6}$/, "write a whole number")
  .transform(Number)

export const Environment = z.object({
  PORT: WholeNumber.refine((port) => port <= 65_535, "write a port, 0 to 65535")
    .prefault("3000")
    .meta({ description: "Port of the API and the dashboard." }),
  HOSTNAME: z.string().min(1).prefault("127.0.0.1").meta({
    description:
      "Address to listen on. The container's own name, which Docker and shells put there, counts as not set.",
  }),
  DATABASE_PATH: z
    .string()
    .min(1)
    .prefault("/app/data/db/app.db")
    .meta({ description: "SQLite file of the catalogue." }),
  BACKUP_STORAGE_PATH: z
    .string()
    .min(1)
    .prefault("/app/data/backups")
    .meta({ description: "Folder of the destination `local`." }),
  TZ: TimeZone.prefault("UTC").meta({ description: "Time zone of schedules that name none." }),
  LOG_LEVEL: z.enum(logLevels).prefault("info").meta({ description: "`debug` `info` `warn` `error`." }),
  AUTO_DISCOVER: Bool.prefault("false").meta({
    description: "Back up database containers without any label, with the defaults.",
  }),
  DBBACKUP_DISCOVERY: z
    .enum(["labels", "auto"])
    .optional()
    .meta({ description: "`labels` or `auto`; `auto` is the same as `AUTO_DISCOVER=true`." }),
  DBBACKUP_LABEL_PREFIX: z
    .string()
    .regex(/^[a-z0-9][a-z0-9.-]{0,63}$/, "write a label prefix such as dbbackup")
    .prefault("dbbackup")
    .meta({ description: "Prefix of the labels; two controllers on one host use two." }),
  DBBACKUP_MAX_CONCURRENT: WholeNumber.refine((n) => n >= 1, "write at least 1")
    .prefault("3")
    .meta({ description: "Runs at a time, over all servers." }),
  S3_BUCKET: z
    .string()
    .min(1)
    .optional()
    .meta({ description: "Bucket of the destination `s3`. Without it there is none." }),
  S3_REGION: z.string().min(1).prefault("us-east-1").meta({ description: "Region of the bucket." }),
  S3_ENDPOINT: z
    .url({ protocol: /^https?$/ })
    .optional()
    .meta({
      description: "URL of a store that is not AWS; it is addressed by path (`endpoint/bucket/key`).",
    }),
  S3_ACCESS_KEY_ID: z
    .string()
    .min(1)
    .optional()
    .meta({ description: "Access key (the SDK's own search: variables of AWS, role of the machine)." }),
  S3_SECRET_ACCESS_KEY: z
    .string()
    .min(1)
    .optional()
    .meta({ description: "Secret key, together with the access key." }),
  DOCKER_HOST: z
    .string()
    .min(1)
    .prefault("unix:///var/run/docker.sock")
    .meta({ description: "The Docker engine: `unix://…` or `tcp://…`." }),
})
export type Environment = z.output<typeof Environment>
