// The restore dialog in the address: `?restore=<backup>` while it is planned, with `&as=<restore>` once it runs.
export interface RestoreInAddress {
  readonly backupId: string
  readonly restoreId?: string
}

const names = { backup: "restore", restore: "as" } as const

export function restoreInAddress(search: string): RestoreInAddress | undefined {
  const query = new URLSearchParams(search)
  const backupId = query.get(names.backup)
  const restoreId = query.get(names.restore)
  if (!backupId) return undefined
  return restoreId ? { backupId, restoreId } : { backupId }
}

/** The search part of an address with the dialog put in, or taken out; everything else in it stays. */
export function withRestoreDialog(search: string, open: RestoreInAddress | undefined): string {
  const query = new URLSearchParams(search)
  query.delete(names.backup)
  query.delete(names.restore)
  if (open) query.set(names.backup, open.backupId)
  if (open?.restoreId) query.set(names.restore, open.restoreId)
  return query.size > 0 ? `?${query}` : ""
}
