// The names of everything in the cache, in one place, so that an event can say exactly what is stale.
export const keys = {
  status: ["status"],
  stats: ["stats"],
  settings: ["settings"],
  buckets: ["buckets"],
  /** What stands at a destination beside the catalogue. */
  orphans: (destination: string) => ["orphans", destination],
  catalogue: ["catalogue"],
  servers: ["servers"],
  /** Servers with their jobs and databases. */
  serverDetails: ["server"],
  server: (id: string) => ["server", id],
  databases: ["databases"],
  database: (id: string) => ["databases", id],
  retention: (databaseId: string) => ["databases", databaseId, "retention"],
  schedules: ["schedules"],
  /** Lists of runs, and each run with its backups. */
  runs: ["runs"],
  runsWithBackups: ["runs", "one"],
  run: (id: string) => ["runs", "one", id],
  backupLists: ["backups", "list"],
  backup: (id: string) => ["backups", "one", id],
  manifest: (backupId: string) => ["manifest", backupId],
  /** Checks that were asked for, of all backups. */
  verificationTasks: ["verifications", "tasks"],
  /** What was found of one. */
  verificationsOf: (backupId: string) => ["verifications", "of", backupId],
  /** Files that were looked through, to be restored. */
  sources: ["sources"],
  source: (id: string) => ["sources", id],
  /** What lies in a folder of a destination. */
  files: (destination: string, prefix: string) => ["files", destination, prefix],
  restoreLists: ["restores", "list"],
  restore: (id: string) => ["restores", "one", id],
  /** Log lines of a run or a restore. */
  logs: (owner: string) => ["logs", owner],
} as const
