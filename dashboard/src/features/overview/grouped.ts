// Attention items that have one cause become one: a refused password is one problem, not one for each database.
import type { Database } from "../../../../schemas/server.ts"
import type { AttentionItem } from "../../lib/queries/status.ts"

export type GroupedItem = AttentionItem & {
  /** Names of the other databases that the same is true of. */
  readonly same: readonly string[]
}

/** Databases of one server in one state, whose last attempts failed alike, are told once, in the first one's words. */
export function grouped(
  items: readonly AttentionItem[],
  databases: readonly Database[],
): readonly GroupedItem[] {
  const groups = new Map<string, GroupedItem>()
  for (const item of items) {
    const database = databases.find(({ id }) => id === item.databaseId)
    const cause = database?.lastAttempt?.problem
    const key = database && cause ? [item.serverId, database.state, cause.message].join("\n") : item.sentence
    const first = groups.get(key)
    groups.set(
      key,
      first ? { ...first, same: [...first.same, database?.name ?? item.sentence] } : { ...item, same: [] },
    )
  }
  return [...groups.values()]
}
