// A database server that has no container: named by the operator in `dbbackup.yaml`, with the labels it would have. One that is
// added over the API is described in kept-server.ts by the same words.
import { z } from "zod"
import { Engine } from "./scalar.ts"

/** What the server is called; also its identity, like `dbbackup.id`. */
export const OutsideName = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,31}$/, "write a name of lower-case letters, digits and dashes, a letter first")

const Text = z.string().min(1, "write a value")
/** As the label of that name. */
export const OutsideUser = z
  .string()
  .min(1, "write a user's name")
  .max(64, "write a name of at most 64 characters")
  .refine((name) => !/\p{Cc}/u.test(name), "write a name without control characters")
const absolute = Text.regex(/^\//, "write a path that begins with /")

export const OutsideHost = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._:-]{0,252}$/, "write a host name or an address")

export const tlsModes = ["disable", "require", "verify-ca", "verify-full"] as const

export const OutsideTls = z.strictObject({
  mode: z
    .enum(tlsModes, `write ${tlsModes.join(", ")}`)
    .prefault("verify-full")
    .meta({
      description:
        "`verify-full` checks the certificate and the name in it, `verify-ca` the certificate alone, `require` nothing; `disable` does not encrypt.",
    }),
  caFile: absolute.optional().meta({
    description: "Certificates that the server's must be signed by (those that browsers trust).",
  }),
})

/** Said by the entry itself, or of no meaning without a container. */
const notForOutside = /^(enable|id|type|user|password-env|password-file|method)$|(^|\.)hooks\./

export const meaningless = (labels: Readonly<Record<string, string>>): readonly string[] =>
  Object.keys(labels).filter((key) => notForOutside.test(key))
export const noMeaning = "has no meaning for a server that has no container of its own"

export const OutsideServer = z
  .strictObject({
    type: Engine.meta({ description: "`postgres` `mysql` `mariadb`" }),
    host: OutsideHost.meta({ description: "Name or address, as this Docker host reaches it." }),
    port: z
      .string()
      .regex(/^\d{1,5}$/, "write a port")
      .transform(Number)
      .refine((port) => port >= 1 && port <= 65_535, "write a port, 1 to 65535")
      .optional()
      .meta({ type: ["integer", "string"], description: "Port (5432 for postgres, else 3306)." }),
    user: OutsideUser.meta({ description: "The database user to dump as." }),
    passwordFile: absolute.optional().meta({ description: "File that holds the password." }),
    passwordVariable: Text.optional().meta({ description: "Variable that holds the password." }),
    tls: OutsideTls.prefault({}),
    labels: z
      .record(z.string(), z.string())
      .prefault({})
      .meta({ description: "What labels would say, without their prefix: `{schedule: hourly}`." }),
  })
  .superRefine(({ passwordFile, passwordVariable, labels }, context) => {
    const refuse = (path: readonly string[], message: string) =>
      context.addIssue({ code: "custom", path: [...path], message })
    if (passwordFile !== undefined && passwordVariable !== undefined)
      refuse(["passwordVariable"], "is given, and so is passwordFile: one of them must go")
    for (const key of meaningless(labels)) refuse(["labels", key], noMeaning)
  })
export type OutsideServer = z.output<typeof OutsideServer>

export const portOf = ({ type, port }: Pick<OutsideServer, "type" | "port">): number =>
  port ?? (type === "postgres" ? 5432 : 3306)
