// The restore dialog in the address: `?restore=` while one looks for what to restore (`&at=<destination>` in a destination),
// `?restore=<backup>` or `?restore-file=<source>` while it is planned, with `&as=<restore>` once it runs.
export type RestoreInAddress =
  | { readonly from: "nothing yet"; readonly destination?: string }
  | { readonly from: "backup" | "file"; readonly id: string; readonly restoreId?: string }

const names = { backup: "restore", file: "restore-file", destination: "at", restore: "as" } as const

export function restoreInAddress(search: string): RestoreInAddress | undefined {
  const query = new URLSearchParams(search)
  const [backup, file] = [query.get(names.backup), query.get(names.file)]
  const as = query.get(names.restore)
  const running = as ? { restoreId: as } : {}
  if (backup) return { from: "backup", id: backup, ...running }
  if (file) return { from: "file", id: file, ...running }
  if (backup === null) return undefined
  const destination = query.get(names.destination)
  return { from: "nothing yet", ...(destination ? { destination } : {}) }
}

/** The search part of an address with the dialog put in, or taken out; everything else in it stays. */
export function withRestoreDialog(search: string, open: RestoreInAddress | undefined): string {
  const query = new URLSearchParams(search)
  for (const name of Object.values(names)) query.delete(name)
  if (open?.from === "nothing yet") {
    query.set(names.backup, "")
    if (open.destination) query.set(names.destination, open.destination)
  } else if (open) {
    query.set(names[open.from], open.id)
    if (open.restoreId) query.set(names.restore, open.restoreId)
  }
  return query.size > 0 ? `?${query}` : ""
}
