// The names of everything in the cache, in one place, so that an event can say exactly what is stale.
export const keys = {
  status: ["status"],
  stats: ["stats"],
  settings: ["settings"],
  servers: ["servers"],
  databases: ["databases"],
  database: (id: string) => ["databases", id],
  schedules: ["schedules"],
  backupLists: ["backups", "list"],
  backup: (id: string) => ["backups", "one", id],
  manifest: (backupId: string) => ["manifest", backupId],
  restoreLists: ["restores", "list"],
  restore: (id: string) => ["restores", "one", id],
  /** Log lines of a run or a restore. */
  logs: (owner: string) => ["logs", owner],
} as const
