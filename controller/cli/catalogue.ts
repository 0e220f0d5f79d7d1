// `dbbackup catalogue [copy]` and `dbbackup maintenance TASK`: the catalogue as a file.
import { copyCatalogue, getCatalogue, maintain } from "../../schemas/api.ts"
import type { CatalogueState, Maintenance } from "../../schemas/catalogue.ts"
import { maintenanceTasks } from "../../schemas/catalogue.ts"
import { Fault, inFull } from "../core/fault.ts"
import type { Call } from "./client.ts"
import { table } from "./table.ts"

/** @param what `copy`, or nothing to be told how it is. Throws a Fault when a copy failed. */
export async function catalogue(
  call: Call,
  what: string | undefined,
  say: (line: string) => void,
): Promise<void> {
  if (what !== undefined && what !== "copy")
    throw new Fault("request-invalid", `dbbackup catalogue does not know ${what}`, {
      hint: "dbbackup catalogue tells how it is, dbbackup catalogue copy copies it to every destination now.",
    })
  const { data: state } = await call(what === "copy" ? copyCatalogue : getCatalogue)
  for (const line of inLines(state)) say(line)
  const failed = state.copies.filter(({ problem }) => problem !== null)
  if (what === "copy" && failed.length > 0)
    throw new Fault(
      "destination-unavailable",
      `not copied to ${failed.map(({ destination }) => destination).join(", ")}`,
    )
}

function inLines({ bytes, problem, copies, nextCopyAt }: CatalogueState): readonly string[] {
  const rows = copies.map((copy) => [
    copy.destination,
    copy.madeAt ?? "-",
    copy.problem === null ? "" : copy.problem.message,
  ])
  return [
    `The catalogue has ${bytes} bytes.`,
    ...(problem ? [inFull(problem)] : []),
    table(["DESTINATION", "NEWEST COPY", "PROBLEM"], rows),
    nextCopyAt === null ? "No copies are made by themselves." : `The next copy is due at ${nextCopyAt}.`,
  ]
}

/** Throws a Fault when the catalogue is found damaged. */
export async function maintenance(call: Call, name: string, say: (line: string) => void): Promise<void> {
  const task = maintenanceTasks.find((known) => known === name)
  if (task === undefined)
    throw new Fault("request-invalid", `there is no maintenance task ${name}`, {
      hint: `There are: ${maintenanceTasks.join(", ")}.`,
    })
  const { data: done } = await call(maintain, { body: { task } })
  for (const line of outcome(done)) say(line)
  if (done.task === "verify" && !done.ok)
    throw new Fault("catalogue-damaged", "the catalogue is damaged", {
      hint: "Restart dbbackup: it sets the damaged file aside, and makes the catalogue again.",
    })
}

function outcome(done: Maintenance): readonly string[] {
  switch (done.task) {
    case "cleanup":
      return [`${done.logLines} log lines deleted`, ...done.files.map((name) => `deleted ${name}`)]
    case "vacuum":
      return [`${done.bytesBefore} bytes before, ${done.bytesAfter} after, in ${done.milliseconds} ms`]
    case "verify":
      return done.ok ? [`nothing is wrong with the catalogue (${done.milliseconds} ms)`] : done.problems
  }
}
