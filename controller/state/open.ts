// The catalogue: opens the file, brings it up to date, and puts its parts together.

import type {
  BucketStore,
  Catalogue,
  CatalogueFile,
  EventHub,
  KeptServerStore,
  Log,
  PolicyStore,
  SealedStore,
} from "../ports.ts"
import { readAbout, writeAbout } from "./about.ts"
import { adoptIn } from "./adopt.ts"
import { backupListsIn } from "./backup-lists.ts"
import type { Seen } from "./backup-row.ts"
import { backupsIn } from "./backups.ts"
import { careIn } from "./care.ts"
import { checksIn } from "./checks.ts"
import { claimsIn } from "./claims.ts"
import { copiesIn } from "./copies.ts"
import { doubtsIn } from "./doubts.ts"
import { drillsIn } from "./drills.ts"
import { openFile } from "./file.ts"
import { heldPrunesIn } from "./held-prunes.ts"
import { keptBucketsIn } from "./kept-buckets.ts"
import { keptPoliciesIn } from "./kept-policies.ts"
import { keptServersIn } from "./kept-servers.ts"
import { logsIn } from "./logs.ts"
import { looseEndsIn } from "./loose-ends.ts"
import { knownMigrations, migrate } from "./migrate.ts"
import { rememberNewest } from "./newest.ts"
import { notesIn } from "./notes.ts"
import { overridesIn } from "./overrides.ts"
import { liveProgress } from "./progress.ts"
import { resealIn } from "./reseal.ts"
import { restoresIn } from "./restores.ts"
import { runsIn } from "./runs.ts"
import { serversIn } from "./servers.ts"
import { sourcesIn } from "./sources.ts"
import { sqliteFault } from "./sqlite-fault.ts"
import { checkIn, statsIn } from "./stats.ts"
import { type Store, transactions } from "./store.ts"
import { rememberTotals } from "./totals.ts"
import { unfinishedBackups, unfinishedDeletions } from "./unfinished.ts"
import { pagesOf } from "./where.ts"

export interface OpenCatalogue
  extends Catalogue,
    BucketStore,
    KeptServerStore,
    PolicyStore,
    SealedStore,
    CatalogueFile {
  /** Takes an earlier one's place: its tools and its copies are this one's. */
  beInstallation(id: string): void
  /** The copy that was made beside the file because a migration followed; null when none did. */
  beforeMigration(): string | null
  /** Folds the write-ahead log into the file and closes it. */
  close(): void
}

export interface OpenOptions {
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
  { log = () => {}, milliseconds = () => performance.now() }: OpenOptions = {},
): OpenCatalogue {
  const db = openFile(path, log)
  let before: string | null
  try {
    before = migrate(db, path, knownMigrations())
  } catch (error) {
    db.close()
    throw sqliteFault(error, path)
  }
  const publish = (event: Parameters<EventHub["publish"]>[0]) => events.publish(event)
  const store: Store = { db, ...transactions(db), publish, log, milliseconds }
  return explained({ ...assemble(store, path), beforeMigration: () => before }, path)
}

function assemble(opened: Store, path: string): Omit<OpenCatalogue, "beforeMigration"> {
  const backupProgress = liveProgress<Seen>(opened)
  const totals = rememberTotals()
  const pages = pagesOf(opened.db, totals)
  const { lastAttemptId, ...lists } = backupListsIn(opened, backupProgress, pages)
  const { forget, ...newest } = rememberNewest({ ...lists, lastAttemptId })
  const store: Store = {
    ...opened,
    publish(event) {
      forget(event)
      totals.forget(event)
      opened.publish(event)
    },
  }
  const { unfinishedRuns, ...runs } = runsIn(store, pages)
  const { unfinishedRestores, ...restores } = restoresIn(store, pages)
  return {
    ...serversIn(store),
    ...runs,
    ...overridesIn(store),
    ...backupsIn(store, backupProgress),
    ...copiesIn(store),
    ...adoptIn(store),
    ...claimsIn(store),
    ...doubtsIn(store),
    ...heldPrunesIn(store),
    ...notesIn(store),
    ...drillsIn(store),
    ...checksIn(store),
    ...lists,
    ...newest,
    ...restores,
    ...sourcesIn(store),
    ...logsIn(store),
    ...looseEndsIn(store),
    ...keptBucketsIn(store),
    ...keptServersIn(store),
    ...resealIn(store),
    ...keptPoliciesIn(store),
    ...statsIn(store, totals),
    ...checkIn(store, path),
    ...careIn(store, path),
    unfinished: () => ({
      runs: unfinishedRuns(),
      backups: unfinishedBackups(store),
      restores: unfinishedRestores(),
      deletions: unfinishedDeletions(store),
    }),
    beInstallation: (id) => void store.write(() => store.db.query("UPDATE installation SET id = ?").run(id)),
    close() {
      store.db.close()
      const about = readAbout(path)
      if (about.open) writeAbout(path, { ...about, open: false })
    },
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
