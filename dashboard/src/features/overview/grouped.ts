// Attention items that have one cause or one remedy become one: a refused password is one problem, not one for each database.
import type { Problem } from "../../../../schemas/errors.ts"
import type { Database, Server } from "../../../../schemas/server.ts"
import type { AttentionItem } from "../../lib/queries/status.ts"

export type GroupedItem = AttentionItem & {
  /** Names of the others that the same is true of. */
  readonly same: readonly string[]
  /** What else is wrong, and mended in the same place. */
  readonly further: readonly AttentionItem[]
}

/**
 * Databases of one server in one state whose last attempts failed alike, and servers that nobody labelled, are told once,
 * in the first one's words. What is wrong with one server's labels stands together.
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
    if (!first) groups.set(cause, { ...item, same: [], further: [] })
    else if (name === null) groups.set(cause, { ...first, further: [...first.further, item] })
    else groups.set(cause, { ...first, same: [...first.same, name] })
  }
  return [...groups.values()]
}

/** Of a database that is late for one reason there may be a suspect backup for another. */
export const isAbout = ({ sentence }: AttentionItem, { message }: Problem): boolean =>
  sentence.includes(message)

/** `name` is what the same is true of; null when something else is true of the same server. */
function causeOf(
  item: AttentionItem,
  databases: readonly Database[],
  servers: readonly Server[],
): { readonly cause: string; readonly name: string | null } {
  const database = databases.find(({ id }) => id === item.databaseId)
  const { suspect, heldPrune, lastAttempt } = database ?? {}
  const own = [suspect?.problem, heldPrune?.problem].find((problem) => problem && isAbout(item, problem))
  const problem = own ?? lastAttempt?.problem
  if (database && problem) {
    // A message may name the database it is about.
    const message = problem.message.replaceAll(database.name, "")
    return { cause: [item.serverId, database.state, message].join("\n"), name: database.name }
  }
  const server = servers.find(({ id }) => id === item.serverId)
  if (server?.state === "unprotected" && server.problems.length === 0 && !item.databaseId) {
    return { cause: "unprotected", name: server.name }
  }
  if (item.serverId && !item.databaseId) return { cause: `server ${item.serverId}`, name: null }
  return { cause: item.sentence, name: item.sentence }
}
