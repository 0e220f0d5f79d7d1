// The servers as they are remembered: in the catalogue, over restarts and after their containers are gone.
import type { ServerId } from "../../schemas/server.ts"
import type { Insight } from "../core/database-view.ts"
import { problemOf } from "../core/fault.ts"
import { managedBy } from "../core/outside-server.ts"
import type { DerivedServer } from "../core/server.ts"
import type { Catalogue, Log, ServerRecord } from "../ports.ts"

export interface ServerMemory {
  readonly records: ReadonlyMap<ServerId, ServerRecord>
  /** Writes what differs from before. Never throws: what cannot be written (a full disk, say) is in force all the same. */
  save(record: ServerRecord): void
  /** Whether something could not be written since this was last asked. */
  takeUnsaved(): boolean
}

export function createServerMemory(catalogue: Catalogue, log: Log): ServerMemory {
  const records = new Map(catalogue.servers().map((record) => [record.id, record]))
  let unsaved = false
  return {
    records,
    save(record) {
      // When it was last seen is worth a row only together with something else.
      const before = records.get(record.id)
      if (before && Bun.deepEquals({ ...before, lastSeenAt: record.lastSeenAt }, record)) return
      try {
        catalogue.saveServer(record)
        records.set(record.id, record)
      } catch (error) {
        unsaved = true
        log("error", `${record.name} could not be remembered: ${problemOf(error).message}`)
      }
    },
    takeUnsaved() {
      const was = unsaved
      unsaved = false
      return was
    },
  }
}

/** What is to be remembered of a server that is backed up. */
export function recordOf(
  server: DerivedServer,
  insight: Insight,
  before: ServerRecord | undefined,
  now: Date,
): ServerRecord {
  return {
    id: server.id,
    name: server.name,
    project: server.project,
    service: server.service,
    engine: server.engine ?? insight.engine,
    serverVersion: insight.serverVersion,
    containerName: server.container.name,
    image: server.container.image,
    goodLabels: server.goodLabels ?? before?.goodLabels ?? null,
    managed: managedBy(server.container),
    lastSeenAt: now,
    retiredAt: null,
  }
}
