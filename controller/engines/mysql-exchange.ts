// How two databases exchange their contents: statements that do it, that complete what was broken off, or that take it back. The one
// statement that renames all tables decides: before it, everything is taken back; after it, everything is completed.
import { type Contents, keptTable, type RoutineGrant } from "./mysql-journal.ts"
import {
  type Defaults,
  dropped,
  identity,
  inOrder,
  isSame,
  type Listed,
  makeAgain,
  type Program,
} from "./mysql-programs.ts"
import { isMovable, isOne } from "./mysql-sides.ts"
import { demand, hexOf, nameIn, prepared, quoted, within } from "./mysql-words.ts"

/** Names, as bytes. */
export interface ExchangeNames {
  readonly place: string
  readonly incoming: string
  readonly kept: string
}

type Renaming = readonly [from: string, to: string]

/** Tables with triggers cannot change databases, and must not be without them under their own name: meanwhile they have another one. */
export function contentsOf(
  side: Pick<Contents, "defaults" | "grants"> & { readonly tables: readonly string[] },
  programs: readonly Program[],
  which: "before" | "coming",
): Contents {
  const withTriggers = new Set(programs.filter(isTrigger).map(({ table }) => table))
  const { tables, defaults, grants } = side
  return {
    ...{ defaults, programs, grants },
    tables: tables.map((name, i) => ({
      name,
      hidden: withTriggers.has(name) ? `dbbackup_${which}_${i}` : null,
    })),
  }
}

/** From the first thing that anybody could notice to the renaming of all tables. */
export function exchanging(names: ExchangeNames, before: Contents, coming: Contents): readonly string[] {
  const { place, incoming, kept } = names
  const triggers = before.programs.filter(isTrigger)
  const hiding = before.tables.flatMap(({ name, hidden }): Renaming[] =>
    hidden === null ? [] : [[within(place, name), within(place, hidden)]],
  )
  // A table cannot have the name of a view.
  const inTheWay = before.programs.filter(
    ({ kind, name }) => kind === "view" && coming.tables.some((table) => table.name === name),
  )
  return [
    ...demand(
      countIs("tables", "table_schema", place, before.tables.length, `and ${isMovable("table_type")}`),
      "its tables changed meanwhile",
    ),
    ...demand(
      countIs("triggers", "trigger_schema", place, triggers.length),
      "its triggers changed meanwhile",
    ),
    // Whoever holds a table does so before any is hidden.
    ...(hiding.length > 0
      ? [
          `lock tables ${before.tables.map(({ name }) => `${within(place, name)} write`).join(", ")}`,
          "unlock tables",
        ]
      : []),
    ...renamed(hiding),
    ...triggers.flatMap((trigger) => dropped(place, trigger)),
    ...inTheWay.flatMap((view) => dropped(place, view)),
    ...renamed([
      ...before.tables.map(
        ({ name, hidden }): Renaming => [within(place, hidden ?? name), within(kept, name)],
      ),
      ...coming.tables.map(
        ({ name, hidden }): Renaming => [within(incoming, name), within(place, hidden ?? name)],
      ),
      [within(incoming, keptTable), within(kept, keptTable)],
    ]),
  ]
}

const countIs = (from: string, column: string, database: string, count: number, more = "") =>
  `(select count(*) from information_schema.${from} where ${isOne(column, [database])} ${more}) = ${count}`

/** What is in the place. */
export interface Standing {
  readonly tables: readonly string[]
  readonly defaults: Defaults
  readonly programs: readonly Program[]
}

/** What there is to do from the renaming on: first of all for the tables, none of which may be there without its triggers. */
export interface Completion {
  readonly tables: readonly string[]
  readonly programs: readonly string[]
}

/** Nothing of it, once all that came is in place. */
export function completing(
  { place }: Pick<ExchangeNames, "place">,
  there: Standing,
  coming: Contents,
): Completion {
  const { defaults } = coming
  const hidden = hiddenIn(there.tables, coming)
  const wanted = coming.programs.filter((program) => !isTrigger(program))
  const present = there.programs.filter((program) => !isTrigger(program))
  const isOther =
    defaults.charset !== there.defaults.charset || defaults.collation !== there.defaults.collation
  const remade = differing(wanted, present)
  const ended = present.filter((program) => {
    if (!wanted.some((other) => identity(other) === identity(program))) return true
    return program.kind !== "view" && remade.some((other) => identity(other) === identity(program))
  })
  const tables = [
    ...(isOther
      ? [`alter database ${quoted(place)} character set ${defaults.charset} collate ${defaults.collation}`]
      : []),
    ...coming.programs.filter(isTrigger).flatMap((trigger) => {
      const table = hidden.get(trigger.table)
      if (table === undefined) return []
      return [...dropped(place, trigger), ...makeAgain(trigger, place, defaults, table)]
    }),
    ...shown(place, hidden),
  ]
  const programs = [
    ...ended.flatMap((program) => dropped(place, program)),
    ...inOrder(remade).flatMap((program) => makeAgain(program, place, defaults)),
  ]
  return { tables: using(place, tables), programs: using(place, programs) }
}

const using = (place: string, work: readonly string[]): readonly string[] =>
  work.length === 0 ? [] : [`use ${quoted(place)}`, ...work]

/** Before the renaming: what the place was. Nothing, once it is. */
export function takingBack(
  { place, incoming, kept }: ExchangeNames,
  there: Omit<Standing, "programs"> & { readonly programs: readonly Listed[] },
  /** Tables of the two others. */
  others: { readonly incoming: readonly string[]; readonly kept: readonly string[] },
  before: Contents,
  coming: Contents,
): readonly string[] {
  // Only a server that is too old to take a renaming back by itself, and was killed in it, leaves it half done.
  const moved = before.tables.filter(({ name }) => others.kept.includes(name))
  const come = coming.tables.flatMap(({ name, hidden }) => {
    const as = hidden ?? name
    const isOld =
      before.tables.some((table) => table.name === as) && !moved.some((table) => table.name === as)
    const isHere = there.tables.includes(as) && !isOld && !others.incoming.includes(name)
    return isHere ? [{ name, as }] : []
  })
  const here = [...there.tables, ...moved.flatMap(({ hidden }) => hidden ?? [])]
  const hidden = hiddenIn(here, before)
  const missing = before.programs.filter(
    (program) => !there.programs.some((other) => identity(other) === identity(program)),
  )
  // All triggers of a table that lacks one: they fire in the order in which they were made.
  const bare = new Set(missing.filter(isTrigger).map(({ table }) => table))
  const work = [
    ...renamed([
      ...come.map(({ name, as }): Renaming => [within(place, as), within(incoming, name)]),
      ...moved.map(({ name, hidden }): Renaming => [within(kept, name), within(place, hidden ?? name)]),
    ]),
    ...before.programs
      .filter((trigger) => isTrigger(trigger) && bare.has(trigger.table))
      .flatMap((trigger) => [
        ...dropped(place, trigger),
        ...makeAgain(trigger, place, there.defaults, hidden.get(trigger.table) ?? trigger.table),
      ]),
    ...shown(place, hidden),
    ...inOrder(missing.filter((program) => !isTrigger(program))).flatMap((program) =>
      makeAgain(program, place, there.defaults),
    ),
  ]
  return using(place, work)
}

/** What of the incoming contents is not in the place, or is other there, and what is there beside them, in words. */
export function amissIn({ programs }: Pick<Standing, "programs">, coming: Contents): readonly string[] {
  const words = ({ kind, name }: Listed) => `the ${kind} ${nameIn(name)}`
  const left = programs.filter((one) => !coming.programs.some((other) => identity(other) === identity(one)))
  return [
    ...differing(coming.programs, programs).map((program) => `lacks ${words(program)}`),
    ...left.map((program) => `still has ${words(program)}`),
  ]
}

/**
 * Grants on routines, which end with a routine that is dropped, for accounts that are still there: those that the place has had, and
 * those that came, of routines that it did not have.
 */
export function granting(place: string, before: Contents, coming: Contents): readonly string[] {
  const isOf = (grant: RoutineGrant) => (program: Listed) =>
    program.kind === grant.kind && program.name === grant.routine
  const grants = [
    ...before.grants,
    ...coming.grants.filter((grant) => !before.programs.some(isOf(grant))),
  ].filter((grant) => coming.programs.some(isOf(grant)))
  return grants.flatMap(({ kind, routine, rights, grantable, user, host }) => {
    const to = `${quoted(user)}@${quoted(host)}`
    const statement = `grant ${rights || "usage"} on ${kind} ${within(place, routine)} to ${to}${grantable ? " with grant option" : ""}`
    const exists = `exists (select 1 from mysql.user u where u.user = convert(${hexOf(user)} using utf8mb4) and u.host = convert(${hexOf(host)} using utf8mb4))`
    return [`set @dbbackup = if(${exists}, convert(${hexOf(statement)} using utf8mb4), 'do 0')`, ...prepared]
  })
}

const isTrigger = ({ kind }: Listed) => kind === "trigger"

/** By the table's own name, what it is called meanwhile. */
const hiddenIn = (there: readonly string[], { tables }: Contents): ReadonlyMap<string, string> =>
  new Map(
    tables.flatMap(({ name, hidden }) =>
      hidden !== null && there.includes(hidden) ? [[name, hidden] as const] : [],
    ),
  )

const shown = (place: string, hidden: ReadonlyMap<string, string>): readonly string[] =>
  renamed([...hidden].map(([name, as]): Renaming => [within(place, as), within(place, name)]))

/** Those of the wanted ones that are not there just so. A package and its body are made together. */
function differing(wanted: readonly Program[], present: readonly Program[]): readonly Program[] {
  const byIdentity = new Map(present.map((program) => [identity(program), program]))
  const isOther = (program: Program) => {
    const found = byIdentity.get(identity(program))
    return !found || !isSame(found, program)
  }
  const isPackage = ({ kind }: Listed) => kind.startsWith("package")
  const packages = new Set(
    wanted.filter((program) => isPackage(program) && isOther(program)).map(({ name }) => name),
  )
  return wanted.filter((program) => isOther(program) || (isPackage(program) && packages.has(program.name)))
}

/** All at once, or none. */
const renamed = (renamings: readonly Renaming[]): readonly string[] =>
  renamings.length === 0
    ? []
    : [`rename table ${renamings.map(([from, to]) => `${from} to ${to}`).join(",\n  ")}`]
