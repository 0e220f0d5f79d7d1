// The log lines kept with a run or a restore.
import { LogLine, logLevels } from "../../schemas/run.ts"
import type { Catalogue } from "../ports.ts"
import { instant, readRow, readRows } from "./row.ts"
import type { Store } from "./store.ts"

// A tool that complains about each row must not fill the disk: 5,000 lines of at most 16 KiB, the newest ones.
const keptLines = 5_000
const longestMessage = 16_384

interface Row {
  readonly id: number
  readonly at: number
  readonly level: string
  readonly message: string
}

export function logsIn(store: Store): Pick<Catalogue, "log" | "logs"> {
  const { db } = store

  function kindOf(owner: string): "run" | "restore" {
    if (db.query("SELECT 1 FROM runs WHERE id = ?").get(owner) !== null) return "run"
    if (db.query("SELECT 1 FROM restores WHERE id = ?").get(owner) !== null) return "restore"
    throw new Error(`no run or restore ${owner} to log for`)
  }

  return {
    log(owner, at, level, text) {
      const kind = kindOf(owner)
      const message = text.length > longestMessage ? `${text.slice(0, longestMessage)}…` : text
      const id = store.writeSoon(() => {
        const last = db
          .query<{ line: number | null }, [string]>("SELECT max(line) AS line FROM logs WHERE owner = ?")
          .get(owner)
        const line = (last?.line ?? 0) + 1
        db.query("INSERT INTO logs VALUES (?, ?, ?, ?, ?)").run(owner, line, at.getTime(), level, message)
        db.query("DELETE FROM logs WHERE owner = ? AND line <= ?").run(owner, line - keptLines)
        return line
      })
      const line: LogLine = { id, at: at.toISOString(), level, message }
      store.publish(
        kind === "run"
          ? { name: "run.log", data: { runId: owner, line } }
          : { name: "restore.log", data: { restoreId: owner, line } },
      )
      return line
    },
    logs(owner, level) {
      const levels = logLevels.slice(logLevels.indexOf(level))
      const rows = db
        .query<Row, string[]>(
          `SELECT line AS id, at, level, message FROM logs
           WHERE owner = ? AND level IN (${levels.map(() => "?").join(", ")}) ORDER BY line`,
        )
        .all(owner, ...levels)
      return readRows(store, rows, (row) =>
        readRow(`log line ${row.id} of ${owner}`, () => LogLine.parse({ ...row, at: instant(row.at) })),
      )
    },
  }
}
