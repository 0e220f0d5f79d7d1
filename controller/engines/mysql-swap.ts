// How a MySQL or MariaDB database takes the place of another one: no database can be renamed there, so its tables are moved.
import { Fault } from "../core/fault.ts"
import type { Access, Script } from "./engine.ts"
import {
  amissIn,
  completing,
  contentsOf,
  type ExchangeNames,
  exchanging,
  granting,
  takingBack,
} from "./mysql-exchange.ts"
import { forgetSide, keptMark, keptTable, makeJournal, turnSides, writeSide } from "./mysql-journal.ts"
import { dropIfKept, encryptedAs, makeKept } from "./mysql-kept.ts"
import { describePlaces, listSessions, readPlaces, words } from "./mysql-places.ts"
import {
  askingPlainly,
  dropped,
  identity,
  type Listed,
  type Program,
  readShown,
  showEach,
} from "./mysql-programs.ts"
import { describeSides, readSides, type Side } from "./mysql-sides.ts"
import { markTable } from "./mysql-sql.ts"
import { bytesOf, demand, inputOf, nameIn, plainText, quoted, rowsIn, within } from "./mysql-words.ts"
import type { ExchangeOrder, Swapping, SwapStep, SwapSteps } from "./swapping.ts"

/** Of those who only wait for a moment, and of those who have begun something else meanwhile. */
const lockWaitSeconds = 5
const patientSeconds = 60
/** What is broken off goes on in the server until its statement ends. */
const turnSeconds = 120
/** Statements that fail together are asked again one by one, as often as that helps. */
const mostRounds = 5

interface Found {
  readonly names: ExchangeNames
  readonly place: Side | undefined
  readonly incoming: Side | undefined
  readonly kept: Side | undefined
}

/** How the family's client is run. */
export interface SwapClient {
  readonly isMysql: boolean
  /** Reads statements on its input; `force`: goes on after one that fails, and never fails itself. */
  play(access: Access, doing: string, force: boolean): Script
  statement(text: string, access: Access): Script
}

export function mysqlSwap({ isMysql, play, statement }: SwapClient): Swapping {
  /** Of one restore, one session at a time. */
  const step = (
    { restoreId }: ExchangeOrder,
    access: Access,
    doing: string,
    statements: readonly string[],
    force = false,
  ): SwapStep => ({
    doing,
    script: play(access, doing, force),
    input: inputOf([
      `set names utf8mb4`,
      `set session sql_mode = '', autocommit = 1, lock_wait_timeout = ${patientSeconds}`,
      ...demand(
        `get_lock(${plainText(`dbbackup_${restoreId}`)}, ${turnSeconds}) = 1`,
        "another exchange is under way",
      ),
      ...statements,
    ]),
  })

  function* sidesOf(order: ExchangeOrder, access: Access): SwapSteps<Found> {
    const names = namesOf(order)
    const all = [names.place, names.incoming, names.kept]
    const answer = yield step(order, access, `looking at ${order.name}`, describeSides(all, isMysql))
    const sides = readSides(rowsIn(answer))
    const of = (name: string) => sides.get(name)
    return { names, place: of(names.place), incoming: of(names.incoming), kept: of(names.kept) }
  }

  function* programsOf(
    order: ExchangeOrder,
    access: Access,
    database: string,
    listed: readonly Listed[],
  ): SwapSteps<readonly Program[]> {
    if (listed.length === 0) return []
    const doing = `looking at the definitions in ${nameIn(database)}`
    const answer = yield step(order, access, doing, [askingPlainly, ...showEach(database, listed)])
    return readShown(listed, rowsIn(answer))
  }

  return {
    words,
    places: (names, access) => statement(describePlaces(names), access),
    readPlaces,
    settleBeside: (name, other, access) => statement(encryptedAs(name, other, isMysql), access),
    *exchange(order, access) {
      const { names, place, incoming } = yield* sidesOf(order, access)
      if (!place || !incoming) return
      const before = contentsOf(
        place,
        yield* programsOf(order, access, names.place, place.programs),
        "before",
      )
      const written = incoming.journal?.aside
      const programs =
        written?.programs ??
        (yield* programsOf(order, access, names.incoming, incoming.programs)).map(renamedIn(names))
      const grants = written?.grants ?? []
      const coming = contentsOf({ ...incoming, grants }, programs, "coming")
      const preparing = [
        ...makeKept(names.kept, order.restoreId, place),
        ...makeJournal(names.incoming, order.restoreId),
        ...writeSide(names.incoming, "aside", coming),
        ...writeSide(names.incoming, "place", before),
        ...incoming.programs
          .filter(({ kind }) => kind === "trigger")
          .flatMap((trigger) => dropped(names.incoming, trigger)),
      ]
      yield step(order, access, `preparing ${order.keptName}`, preparing)
      if (order.endConnections) {
        const sessions = yield step(order, access, "looking for connections", [
          listSessions([order.name, order.incomingName]),
        ])
        const ending = rowsIn(sessions).map(([id]) => `kill ${Number(id)}`)
        if (ending.length > 0) yield step(order, access, "ending connections", ending, true)
      }
      const { defaults } = place
      // As it will be once the tables are renamed: what comes then is known before, and nothing has to be asked in between.
      const after = {
        ...{ defaults, tables: coming.tables.map(({ name, hidden }) => hidden ?? name) },
        programs: before.programs.filter(
          ({ kind, name }) =>
            kind !== "trigger" && !(kind === "view" && coming.tables.some((table) => table.name === name)),
        ),
      }
      yield step(order, access, `putting ${order.incomingName} in the place of ${order.name}`, [
        `set session lock_wait_timeout = ${lockWaitSeconds}`,
        ...exchanging(names, before, coming),
        `set session lock_wait_timeout = ${patientSeconds}`,
        ...[completing(names, after, coming)].flatMap(({ tables, programs }) => [...tables, ...programs]),
        ...granting(names.place, before, coming),
      ])
    },
    *settle(order, access) {
      let amiss: readonly string[] = []
      for (let round = 0; ; round++) {
        const { names, place, incoming, kept } = yield* sidesOf(order, access)
        const isDone = kept?.journal?.mark === keptMark(order.restoreId)
        if (!isDone) {
          const journal = incoming?.journal
          if (place && incoming && journal?.place && journal.aside) {
            const others = { incoming: incoming.tables, kept: kept?.tables ?? [] }
            const back = takingBack(names, place, others, journal.place, journal.aside)
            if (back.length > 0) {
              if (round === mostRounds) throw endless(order.name)
              yield step(order, access, `taking back the exchange of ${order.name}`, back)
              continue
            }
          }
          yield* clearing(order, access, names, incoming, kept)
          return { exchanged: false, amiss: [] }
        }
        const { place: before, aside: coming } = kept.journal
        if (!place || !before || !coming) return { exchanged: true, amiss }
        const there = { ...place, programs: yield* programsOf(order, access, names.place, place.programs) }
        const work = completing(names, there, coming)
        const stillAmiss = amissIn(there, coming)
        const isStuck = round > 1 && (round >= mostRounds || stillAmiss.length === amiss.length)
        amiss = stillAmiss
        const doing = `completing the exchange of ${order.name}`
        if (work.tables.length > 0) {
          if (round > mostRounds) throw endless(order.name)
          yield step(order, access, doing, work.tables)
        }
        if (work.tables.length > 0 || ((work.programs.length > 0 || amiss.length > 0) && !isStuck)) {
          // What one of them needs may come after it, and one that cannot be made must not keep the others from being made.
          if (work.programs.length > 0) yield step(order, access, doing, work.programs, true)
          continue
        }
        const isEmpty =
          incoming?.tables.length === 0 &&
          incoming.programs.every((own) => coming.programs.some((other) => identity(other) === identity(own)))
        yield step(order, access, `ending the exchange of ${order.name}`, [
          ...granting(names.place, before, coming),
          ...(isEmpty ? [`drop database if exists ${quoted(names.incoming)}`] : []),
          `drop table if exists ${within(names.kept, markTable)}`,
          ...turnSides(names.kept),
        ])
        return { exchanged: true, amiss }
      }
    },
    dropKept: ({ name }, restoreId, access) => statement(dropIfKept(name, keptMark(restoreId)), access),
  }

  /** What was prepared, and is not to be. */
  function* clearing(
    order: ExchangeOrder,
    access: Access,
    names: ExchangeNames,
    incoming: Side | undefined,
    kept: Side | undefined,
  ): SwapSteps<void> {
    const statements = [
      ...(incoming?.journal?.place ? [forgetSide(names.incoming, "place")] : []),
      ...(kept?.claimedFor === order.restoreId && kept.tables.length === 0
        ? [`drop database if exists ${quoted(names.kept)}`]
        : []),
    ]
    if (statements.length > 0) yield step(order, access, `clearing ${order.keptName}`, statements)
  }
}

const endless = (name: string) =>
  new Fault("restore-failed", `the exchange of ${name} was broken off, and does not come to an end`, {
    hint: `Its tables are in it, in the database beside it, and in the one that is to be kept; the table ${keptTable} there tells what belongs to which. Look at the server's log.`,
  })

const namesOf = ({ name, incomingName, keptName }: ExchangeOrder): ExchangeNames => ({
  place: bytesOf(name),
  incoming: bytesOf(incomingName),
  kept: bytesOf(keptName),
})

/** A view that was made beside speaks of its database where it reads another one as well. */
const renamedIn =
  ({ place, incoming }: ExchangeNames) =>
  (program: Program): Program =>
    program.kind === "view"
      ? { ...program, text: program.text.replaceAll(`${quoted(incoming)}.`, `${quoted(place)}.`) }
      : program
