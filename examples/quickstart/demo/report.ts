// The table at the demo's end: one line per database, with what was proven about it.
import type { CompletedBackup } from "../../../schemas/backup.ts"
import type { RestoreResult } from "./restored.ts"
import { size } from "./size.ts"

const heads = ["server", "database", "size", "time", "proof", "restored rows"]

/** The lines of the table, aligned. */
export function table(backups: readonly CompletedBackup[], restores: readonly RestoreResult[]): string {
  const rows = [...backups]
    .sort((a, b) => rank(a).localeCompare(rank(b)))
    .map((backup) =>
      cells(
        backup,
        restores.find(({ databaseId }) => databaseId === backup.databaseId),
      ),
    )
  const lines = [heads, heads.map(() => ""), ...rows]
  const widths = heads.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)))
  lines[1] = widths.map((width) => "─".repeat(width))
  return lines
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n")
}

function cells(backup: CompletedBackup, restore: RestoreResult | undefined): string[] {
  const { rawBytes, storedBytes, exitCode, end, storedSha256 } = backup.proof
  return [
    backup.serverName.split("/").at(-1) ?? backup.serverName,
    backup.kind === "globals" ? "(globals)" : backup.database,
    `${size(rawBytes)} → ${size(storedBytes)}`,
    `${backup.durationSeconds.toFixed(1)} s`,
    `exit ${exitCode}, ${end}, sha256 ${storedSha256.slice(0, 8)}…`,
    restore === undefined ? "–" : outcome(restore),
  ]
}

function outcome({ rows, tables, differences }: RestoreResult): string {
  const amount = `${rows.toLocaleString("en")} in ${tables} tables`
  return differences.length === 0 ? `${amount}, all equal` : `${amount}, DIFFERENT`
}

function rank({ serverName, kind, database }: CompletedBackup): string {
  return `${serverName} ${kind === "globals" ? 1 : 0} ${database}`
}
