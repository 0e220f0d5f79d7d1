// `dbbackup retention` and `dbbackup retention preview`: the named policies; what stays of the backups, why, and what would go.
import { listRetentionPolicies, lookAtRetention } from "../../schemas/api.ts"
import type { RetentionPreview } from "../../schemas/retention-policy.ts"
import { Fault } from "../core/fault.ts"
import { databasesNamed } from "./backup.ts"
import type { Call } from "./client.ts"
import { size, table } from "./table.ts"

/** @param args what stands behind the command: nothing, or `preview` and perhaps a database */
export async function retention(
  call: Call,
  [verb, name, ...more]: readonly string[],
  policy: string | undefined,
): Promise<string> {
  const stray = verb === "preview" ? more[0] : verb
  if (stray !== undefined)
    throw new Fault("request-invalid", `what to do with ${stray} is not clear`, {
      hint: "dbbackup --help lists the commands.",
    })
  return verb === "preview" ? preview(call, name, policy) : policies(call)
}

async function policies(call: Call): Promise<string> {
  const { data } = await call(listRetentionPolicies)
  if (data.length === 0)
    return "No policy has a name. Labels say theirs in full; dbbackup retention preview shows what they do."
  const rows = data.map(({ name, retention, managed, jobs }) => [
    name,
    retention,
    managed === "file" ? "settings" : "API",
    jobs.join(", ") || "-",
  ])
  return table(["NAME", "RETENTION", "FROM", "JOBS"], rows)
}

/** @param name of one database, whose backups are told one by one. @param policy a name or the short form, else what is in force */
async function preview(call: Call, name: string | undefined, policy: string | undefined): Promise<string> {
  const [database, ...more] = name === undefined ? [] : await databasesNamed(call, name)
  if (more.length > 0)
    throw new Fault("request-invalid", `${name} has several databases`, {
      hint: "Name one as SERVER/DATABASE.",
    })
  const query = {
    ...(database && { databaseId: database.id }),
    ...(policy !== undefined && { retention: policy }),
  }
  const { data } = await call(lookAtRetention, { query })
  if (data.length === 0) return "No job keeps backups there: nothing is deleted by retention."
  return database ? data.map(inLines).join("\n\n") : inNumbers(data)
}

function inNumbers(all: readonly RetentionPreview[]): string {
  const rows = all.map((one) => [
    `${one.serverName}/${one.database}`,
    one.job,
    one.retention,
    String(one.kept),
    String(one.pruned),
    size(one.freedBytes),
    one.halt ? `nothing until ${one.halt}` : one.waits > 0 ? `${one.waits} wait for a person` : "",
  ])
  return table(["DATABASE", "JOB", "RETENTION", "STAY", "GO", "FREED", "NOTE"], rows)
}

function inLines({ keep = [], prune = [], ...one }: RetentionPreview): string {
  const own = Object.entries(one.at).map(([name, policy]) => `, ${policy} at ${name}`)
  const notes = [
    ...(one.halt ? [`Nothing is deleted on this server until ${one.halt}.`] : []),
    ...(one.waits > 0 ? [`${one.waits} of these would wait for a person: dbbackup confirm-prune.`] : []),
  ]
  const stay = keep.map((backup) => row(backup, backup.reasons.join(", ")))
  const go = prune.map((backup) => row(backup, backup.reason))
  return [
    `${one.serverName}/${one.database}, job ${one.job}: ${one.retention}${own.join("")}`,
    `${one.kept} stay:`,
    table(["FINISHED", "SIZE", "AT", "WHY", "ID"], stay),
    ...(go.length === 0
      ? ["None goes."]
      : [
          `${one.pruned} go after the next success, which frees ${size(one.freedBytes)}:`,
          table(["FINISHED", "SIZE", "AT", "WHY", "ID"], go),
        ]),
    ...notes,
  ].join("\n")
}

const row = (
  {
    backupId,
    finishedAt,
    storedBytes,
    destinations,
  }: Omit<NonNullable<RetentionPreview["keep"]>[number], "reasons">,
  why: string,
) => [finishedAt, size(storedBytes), destinations.join(", "), why, backupId]
