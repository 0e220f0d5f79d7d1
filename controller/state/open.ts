// The catalogue: opens the file, brings it up to date, and puts its parts together.

import type { BucketStore, Catalogue, EventHub, Log } from "../ports.ts"
import { adoptIn } from "./adopt.ts"
import { backupListsIn } from "./backup-lists.ts"
import type { Seen } from "./backup-row.ts"
import { backupsIn } from "./backups.ts"
import { checksIn } from "./checks.ts"
import { copiesIn } from "./copies.ts"
import { doubtsIn } from "./doubts.ts"
import { drillsIn } from "./drills.ts"
import { openFile } from "./file.ts"
import { heldPrunesIn } from "./held-prunes.ts"
import { keptBucketsIn } from "./kept-buckets.ts"
import { logsIn } from "./logs.ts"
import { looseEndsIn } from "./loose-ends.ts"
import { knownMigrations, migrate } from "./migrate.ts"
import { rememberNewest } from "./newest.ts"
import { notesIn } from "./notes.ts"
import { overridesIn } from "./overrides.ts"
import { liveProgress } from "./progress.ts"
import { restoresIn } from "./restores.ts"
import { runsIn } from "./runs.ts"
import { serversIn } from "./servers.ts"
import { sqliteFault } from "./sqlite-fault.ts"
import { checkIn, statsIn } from "./stats.ts"
import { type Store, transactions } from "./store.ts"
import { unfinishedBackups, unfinishedDeletions } from "./unfinished.ts"

export interface OpenCatalogue extends Catalogue, BucketStore {
  /** Folds the write-ahead log into the file and closes it. */
  close(): void
}

interface Options {
  /** Hears of rows that cannot be read and are left out of lists. */
  readonly log?: Log
  /** Rising milliseconds, for spacing out progress events. */
  readonly milliseconds?: () => number
}

/**
 * Opens the catalogue at `path`, creating what is missing. `events` hears of every change once it is committed.
 * Throws a Fault, with what to do, for a file that cannot be written, is damaged, newer, or another program's.
 */
export function openCatalogue(
  path: string,
  events: Pick<EventHub, "publish"> = { publish() {} },
  { log = () => {}, milliseconds = () => performance.now() }: Options = {},
): OpenCatalogue {
  const db = openFile(path, log)
  try {
    migrate(db, path, knownMigrations())
  } catch (error) {
    db.close()
    throw sqliteFault(error, path)
  }
  const publish = (event: Parameters<EventHub["publish"]>[0]) => events.publish(event)
  const store: Store = { db, ...transactions(db), publish, log, milliseconds }
  return explained(assemble(store, path), path)
}

function assemble(opened: Store, path: string): OpenCatalogue {
  const backupProgress = liveProgress<Seen>(opened)
  const { lastAttemptId, ...lists } = backupListsIn(opened, backupProgress)
  const { forget, ...newest } = rememberNewest({ ...lists, lastAttemptId })
  const store: Store = {
    ...opened,
    publish(event) {
      forget(event)
      opened.publish(event)
    },
  }
  const { unfinishedRuns, ...runs } = runsIn(store)
  const { unfinishedRestores, ...restores } = restoresIn(store)
  return {
    ...serversIn(store),
    ...runs,
    ...overridesIn(store),
    ...backupsIn(store, backupProgress),
    ...copiesIn(store),
    ...adoptIn(store),
    ...doubtsIn(store),
    ...heldPrunesIn(store),
    ...notesIn(store),
    ...drillsIn(store),
    ...checksIn(store),
    ...lists,
    ...newest,
    ...restores,
    ...logsIn(store),
    ...looseEndsIn(store),
    ...keptBucketsIn(store),
    ...statsIn(store),
    ...checkIn(store, path),
    unfinished: () => ({
      runs: unfinishedRuns(),
      backups: unfinishedBackups(store),
      restores: unfinishedRestores(),
      deletions: unfinishedDeletions(store),
    }),
    close: () => store.db.close(),
  }
}

/** The same functions, with SQLite's errors turned into Faults at this one place. */
function explained(catalogue: OpenCatalogue, path: string): OpenCatalogue {
  const wrapped = Object.entries(catalogue).map(([name, call]) => [
    name,
    (...args: unknown[]) => {
      try {
        return (call as (...args: unknown[]) => unknown)(...args)
      } catch (error) {
        throw sqliteFault(error, path)
      }
    },
  ])
  return Object.fromEntries(wrapped) as OpenCatalogue
}
