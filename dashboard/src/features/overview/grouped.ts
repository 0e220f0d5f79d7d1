// Attention items that have one cause become one: a refused password is one problem, not one for each database.
import type { Database, Server } from "../../../../schemas/server.ts"
import type { AttentionItem } from "../../lib/queries/status.ts"

export type GroupedItem = AttentionItem & {
  /** Names of the others that the same is true of. */
  readonly same: readonly string[]
}

/**
 * Databases of one server in one state whose last attempts failed alike, and servers that nobody labelled, are told once,
 * in the first one's words.
 */
export function grouped(
  items: readonly AttentionItem[],
  databases: readonly Database[],
  servers: readonly Server[],
): readonly GroupedItem[] {
  const groups = new Map<string, GroupedItem>()
  for (const item of items) {
    const { cause, name } = causeOf(item, databases, servers)
    const first = groups.get(cause)
    groups.set(cause, first ? { ...first, same: [...first.same, name] } : { ...item, same: [] })
  }
  return [...groups.values()]
}

function causeOf(
  item: AttentionItem,
  databases: readonly Database[],
  servers: readonly Server[],
): { readonly cause: string; readonly name: string } {
  const database = databases.find(({ id }) => id === item.databaseId)
  const problem = database?.lastAttempt?.problem
  if (database && problem) {
    return { cause: [item.serverId, database.state, problem.message].join("\n"), name: database.name }
  }
  const server = servers.find(({ id }) => id === item.serverId)
  if (server?.state === "unprotected" && server.problems.length === 0 && !item.databaseId) {
    return { cause: "unprotected", name: server.name }
  }
  return { cause: item.sentence, name: item.sentence }
}
