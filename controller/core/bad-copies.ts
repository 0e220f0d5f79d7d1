// What is said of stored copies that hold other bytes than left their server.
import type { Verdict } from "../../schemas/api.ts"
import type { Database } from "../../schemas/server.ts"
import type { BadCopy } from "../ports.ts"

/** What is said of the database's newest backup already is not said again of its copies. */
export function badCopiesAttention(
  bad: readonly BadCopy[],
  databases: readonly Database[],
): Verdict["attention"] {
  const told = new Set(databases.flatMap(({ suspect }) => suspect?.id ?? []))
  return bad
    .filter(({ backupId }) => !told.has(backupId))
    .map(({ databaseId, serverId, serverName, database, destination, problem, goodAt }) => ({
      databaseId,
      serverId,
      sentence: `A copy of ${database} on ${serverName} is bad at ${destination}: ${problem.message}.`,
      hint:
        goodAt.length > 0
          ? `It is made again from ${goodAt.join(" or ")} by itself. Check the health of ${destination} before trusting it.`
          : `No copy of that backup is good any more, and it is not counted as one: delete it, and check the health of ${destination}.`,
    }))
}
