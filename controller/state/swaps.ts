// Swaps: which of the two databases has the name, what the other one is called, and until when it is kept.
import { Problem } from "../../schemas/errors.ts"
import { Swap } from "../../schemas/swap.ts"
import type { Catalogue, NewRestore, SwapRecord } from "../ports.ts"
import { instantOrNull, json, readRow, readRows } from "./row.ts"
import type { Store } from "./store.ts"

interface Row {
  readonly restore_id: string
  readonly server_id: string
  readonly target_database: string
  readonly keep_seconds: number
  readonly end_connections: number
  readonly safety_backup_id: string | null
  readonly state: SwapRecord["state"]
  readonly in_place: SwapRecord["inPlace"]
  readonly old_key: string | null
  readonly restored_key: string | null
  readonly aside_name: string | null
  readonly next_name: string | null
  readonly kept_until: number | null
  readonly problem: string | null
}

type Swaps = Pick<
  Catalogue,
  "swap" | "swaps" | "safetyBackupOf" | "beginExchange" | "endExchange" | "keptGone" | "swapProblem"
>

const joined =
  "SELECT s.*, r.server_id, r.target_database FROM swaps s JOIN restores r ON r.id = s.restore_id WHERE"

/** `published` tells of a restore that has changed. */
export function swapsIn(store: Store, published: (id: string) => void): Swaps {
  const { db } = store
  const one = (id: string) => db.query<Row, [string]>(`${joined} s.restore_id = ?`).get(id)
  const change = (id: string, work: () => void) => {
    store.write(work)
    published(id)
  }
  const requireState = (id: string, from: readonly string[], verb: string) => {
    const state = one(id)?.state
    if (state === undefined || !from.includes(state))
      throw new Error(`the swap of ${id} is ${state}: it cannot be ${verb}`)
  }

  return {
    swap(id) {
      const row = one(id)
      return row === null ? undefined : recordOf(row)
    },
    swaps(serverId) {
      const rows = db
        .query<Row, []>(`${joined} s.state IN ('exchanging', 'kept') ORDER BY r.queued_at DESC, r.id DESC`)
        .all()
      return readRows(
        store,
        rows.filter((row) => serverId === undefined || row.server_id === serverId),
        recordOf,
      )
    },
    safetyBackupOf(id, backupId) {
      change(id, () =>
        db.query("UPDATE swaps SET safety_backup_id = ? WHERE restore_id = ?").run(backupId, id),
      )
    },
    beginExchange(id, { oldKey, restoredKey, asideName, nextName }) {
      change(id, () => {
        requireState(id, ["beside", "kept"], "exchanged")
        db.query(
          `UPDATE swaps SET state = 'exchanging', old_key = ?, restored_key = ?, aside_name = ?, next_name = ?,
             problem = NULL WHERE restore_id = ?`,
        ).run(oldKey, restoredKey, asideName, nextName, id)
      })
    },
    endExchange(id, inPlace, keptUntil) {
      change(id, () => {
        requireState(id, ["exchanging"], "ended")
        const state = keptUntil === null ? "beside" : "kept"
        db.query(
          `UPDATE swaps SET state = ?, aside_name = iif(in_place = ?, aside_name, next_name), in_place = ?,
             next_name = NULL, kept_until = ? WHERE restore_id = ?`,
        ).run(state, inPlace, inPlace, keptUntil?.getTime() ?? null, id)
      })
    },
    keptGone(id) {
      change(id, () => {
        requireState(id, ["exchanging", "kept"], "gone")
        db.query(
          "UPDATE swaps SET state = 'gone', next_name = NULL, kept_until = NULL, problem = NULL WHERE restore_id = ?",
        ).run(id)
      })
    },
    swapProblem(id, problem) {
      change(id, () =>
        db
          .query("UPDATE swaps SET problem = ? WHERE restore_id = ?")
          .run(problem === null ? null : JSON.stringify(problem), id),
      )
    },
  }
}

/** To be called in the transaction that adds the restore. */
export function addSwap({ db }: Store, { id, swap }: NewRestore): void {
  if (!swap) return
  db.query(
    `INSERT INTO swaps (restore_id, keep_seconds, end_connections, state, in_place) VALUES (?, ?, ?, 'beside', 'old')`,
  ).run(id, swap.keepSeconds, swap.endConnections ? 1 : 0)
}

/** As people are shown it; null for a restore that is none. Throws for a row that cannot be read. */
export function shownSwap({ db }: Store, id: string): Swap | null {
  const row = db.query<Row, [string]>(`${joined} s.restore_id = ?`).get(id)
  if (row === null) return null
  const { safety_backup_id: safetyBackupId, state, in_place: inPlace } = row
  return Swap.parse({
    safetyBackupId,
    problem: Problem.nullable().parse(json(row.problem)),
    state,
    inPlace,
    keptName: row.aside_name,
    keptUntil: instantOrNull(row.kept_until),
  })
}

/** Of a restore that overwrites something, whatever its mode; nothing of another one. */
export function safetyBackupIn({ db }: Store, id: string): { readonly safetyBackupId?: string | null } {
  const row = db
    .query<{ safetyBackupId: string | null }, [string]>(
      "SELECT safety_backup_id AS safetyBackupId FROM swaps WHERE restore_id = ?",
    )
    .get(id)
  return row ?? {}
}

function recordOf(row: Row): SwapRecord {
  return readRow(`the swap of ${row.restore_id}`, () => ({
    restoreId: row.restore_id as SwapRecord["restoreId"],
    serverId: row.server_id as SwapRecord["serverId"],
    database: row.target_database,
    keepSeconds: row.keep_seconds,
    endConnections: row.end_connections === 1,
    safetyBackupId: row.safety_backup_id as SwapRecord["safetyBackupId"],
    state: row.state,
    inPlace: row.in_place,
    oldKey: row.old_key,
    restoredKey: row.restored_key,
    asideName: row.aside_name,
    nextName: row.next_name,
    keptUntil: row.kept_until === null ? null : new Date(row.kept_until),
  }))
}
