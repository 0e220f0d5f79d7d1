// How the entries of an archive of pg_dump hang together: tables and their heirs, and what cannot be made without what.
import { namesIn } from "../core/selection.ts"
import type { ArchiveEntry } from "./archive-entries.ts"
import { fullName, inheritedTables } from "./archive-names.ts"

const relationKinds = ["TABLE", "FOREIGN TABLE", "VIEW", "MATERIALIZED VIEW"]

export const nameOf = ({ schema, tag }: ArchiveEntry) => fullName(schema, tag)
export const isRelation = ({ kind }: ArchiveEntry) => relationKinds.includes(kind)

/** Whether it is a default, trigger or the like of that table: its tag is the table's name, and its own. */
export const isPartOf = ({ schema, tag, needs }: ArchiveEntry, table: ArchiveEntry): boolean =>
  needs.includes(table.id) && schema === table.schema && tag.startsWith(`${table.tag} `)

/** The chosen relations, with their partitions and heirs. Throws a Fault, `request-invalid`, for a name that is none of them. */
export function wantedIn(
  entries: readonly ArchiveEntry[],
  asked: readonly string[],
): ReadonlySet<ArchiveEntry> {
  const relations = entries.filter(isRelation)
  const names = new Set(
    namesIn(
      asked,
      relations.map((each) => ({ name: nameOf(each), also: [`${each.schema}.${each.tag}`, each.tag] })),
    ),
  )
  const found = new Set(relations.filter((each) => names.has(nameOf(each))))
  const heirs = heirsIn(relations, entries)
  for (const each of found) for (const heir of heirs.get(each.id) ?? []) found.add(heir)
  return found
}

/** By the id of a table, its partitions and those that inherit from it. */
function heirsIn(
  relations: readonly ArchiveEntry[],
  entries: readonly ArchiveEntry[],
): ReadonlyMap<number, readonly ArchiveEntry[]> {
  const attached = new Map(
    entries.filter(({ kind }) => kind === "TABLE ATTACH").map((each) => [nameOf(each), each.needs]),
  )
  const byId = new Map(relations.map((each) => [each.id, each]))
  const pairs = relations.flatMap((heir) => {
    const inherits = inheritedTables(heir.definition, heir.schema)
    // Before version 14, the statement that makes a partition one stands beside the one that makes the table.
    const isOldPartition = /\nALTER TABLE ONLY .* ATTACH PARTITION /.test(heir.definition)
    return [...heir.needs, ...(attached.get(nameOf(heir)) ?? [])].flatMap((need) => {
      const parent = byId.get(need)
      if (!parent || parent === heir) return []
      const isHeir = isOldPartition || attached.has(nameOf(heir)) || inherits.includes(nameOf(parent))
      return isHeir ? [{ parent: parent.id, heir }] : []
    })
  })
  return new Map(
    [...Map.groupBy(pairs, ({ parent }) => parent)].map(([id, some]) => [id, some.map(({ heir }) => heir)]),
  )
}

/** All that the chosen ones, with the defaults of their columns, cannot be made without. */
export function neededBy(
  wanted: ReadonlySet<ArchiveEntry>,
  entries: readonly ArchiveEntry[],
): ReadonlySet<ArchiveEntry> {
  const byId = new Map(entries.map((each) => [each.id, each]))
  // A view that could not be made at once is made as another one first, which this rule then replaces.
  const own = entries.filter(
    ({ kind, tag }) => kind === "DEFAULT" || (kind === "RULE" && tag.endsWith(" _RETURN")),
  )
  const ownOf = Map.groupBy(own, (each) => each.needs.find((need) => isOf(each, byId.get(need))))
  const found = new Set<ArchiveEntry>()
  const open = [...wanted]
  const take = (entry: ArchiveEntry) => {
    if (found.has(entry) || wanted.has(entry)) return
    found.add(entry)
    open.push(entry)
  }
  for (let entry = open.pop(); entry; entry = open.pop()) {
    for (const each of ownOf.get(entry.id) ?? []) if (each.kind === "RULE" || wanted.has(entry)) take(each)
    for (const id of entry.needs) {
      const need = byId.get(id)
      // One that is made by itself needs no table, though it may belong to one.
      const isOwner = entry.kind === "SEQUENCE" && /^CREATE SEQUENCE/.test(entry.definition)
      if (need && !(isOwner && isRelation(need))) take(need)
    }
  }
  return found
}

const isOf = (entry: ArchiveEntry, table: ArchiveEntry | undefined): boolean =>
  table !== undefined && isPartOf(entry, table)

/** With what the archive does not say: that the entry by which a sequence is owned needs the table, as the sequence does. */
export function linked(entries: readonly ArchiveEntry[]): readonly ArchiveEntry[] {
  const sequences = new Map(
    entries.filter(({ kind }) => kind === "SEQUENCE").map((each) => [nameOf(each), each.needs]),
  )
  return entries.map((entry) =>
    entry.kind === "SEQUENCE OWNED BY"
      ? { ...entry, needs: [...entry.needs, ...(sequences.get(nameOf(entry)) ?? [])] }
      : entry,
  )
}

/** What needs some of the missing, and is not among what must be. */
export function spread(
  missing: ReadonlySet<ArchiveEntry>,
  must: ReadonlySet<ArchiveEntry>,
  entries: readonly ArchiveEntry[],
): Set<ArchiveEntry> {
  const ids = new Set([...missing].map(({ id }) => id))
  const found = new Set<ArchiveEntry>()
  for (let before = -1; before < found.size; ) {
    before = found.size
    for (const entry of entries) {
      if (ids.has(entry.id) || must.has(entry) || !entry.needs.some((need) => ids.has(need))) continue
      ids.add(entry.id)
      found.add(entry)
    }
  }
  return found
}
