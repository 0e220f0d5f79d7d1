// `dbbackup servers`: the verdict, and every server with its databases, or why it is not backed up.
import { getStatus, listDatabases, listServers } from "../../schemas/api.ts"
import type { Problem } from "../../schemas/errors.ts"
import { inFull } from "../core/fault.ts"
import { ageInWords } from "../core/verdict.ts"
import type { Call } from "./client.ts"
import { size, table } from "./table.ts"

export async function servers(call: Call): Promise<string> {
  const [{ data: status }, { data: all }, { data: databases }] = await Promise.all([
    call(getStatus),
    call(listServers),
    call(listDatabases),
  ])
  const rows = databases.map((database) => [
    database.server.name,
    database.name,
    database.state,
    database.lastBackup
      ? `${ageInWords(Date.now() - Date.parse(database.lastBackup.finishedAt))} ago`
      : "never",
    database.lastBackup ? size(database.lastBackup.storedBytes) : "-",
    database.lastBackup ? database.lastBackup.copies.join(",") : "-",
    database.nextRunAt ?? "-",
  ])
  const others = all
    .filter(({ state }) => state !== "active")
    .map((server) => `${server.name}: ${server.why}`)
  const line = (name: string, problem: Problem) => `${name}: ${inFull(problem)}`
  const problems = [
    ...all.flatMap((server) => server.problems.map((problem) => line(server.name, problem))),
    ...databases.flatMap(({ server, name, suspect, heldPrune }) =>
      [suspect?.problem, heldPrune?.problem].flatMap((problem) =>
        problem ? [line(`${server.name}/${name}`, problem)] : [],
      ),
    ),
  ]
  const parts = [status.verdict.sentence]
  if (rows.length > 0)
    parts.push(table(["SERVER", "DATABASE", "STATE", "LAST GOOD", "SIZE", "COPIES", "NEXT RUN"], rows))
  if (others.length > 0) parts.push(others.join("\n"))
  if (problems.length > 0) parts.push(`Problems:\n${problems.map((problem) => `  ${problem}`).join("\n")}`)
  return parts.join("\n\n")
}
