// What a server has beside its databases, as far as a restore needs it there.

export interface Survey {
  /** Whom the tools connect as. */
  readonly user: string
  /** Names of roles; accounts as `user@host`. Null: they may not be read. */
  readonly roles: readonly string[] | null
  /** PostgreSQL: versions that can be made, by name, the usual one first. */
  readonly extensions: Readonly<Record<string, readonly string[]>>
  /** MySQL and MariaDB; null: any. */
  readonly collations: readonly string[] | null
  /** MySQL and MariaDB: ways to log in that are loaded. */
  readonly plugins: readonly string[]
  /** Names of tables that differ in case are the same. */
  readonly foldsCase: boolean
  /** Where it keeps its data; null when that cannot be seen. */
  readonly freeBytes: number | null
  /** Where the tools put temporary files; absent or null when that cannot be seen. */
  readonly temporaryBytes?: number | null
  /** Sessions in the database that was asked for. */
  readonly connections: readonly { readonly user: string; readonly count: number }[]
}
