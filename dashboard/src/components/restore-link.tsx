// Leads to the restore dialog, over the page that is open: the address carries it, so it survives a reload.
import type { ReactNode } from "react"
import { Link } from "wouter"
import { usePathname, useSearch } from "wouter/use-browser-location"
import { type RestoreInAddress, withRestoreDialog } from "../lib/restore-address.ts"

interface Props {
  /** Absent: the person looks for one, or for a file. */
  readonly backupId?: string
  /** Where to look for a file first. */
  readonly destination?: string
  readonly className?: string
  readonly label?: string
  readonly children: ReactNode
}

export function RestoreLink({ backupId, destination, className = "link", label, children }: Props) {
  const search = useSearch()
  const open: RestoreInAddress = backupId
    ? { from: "backup", id: backupId }
    : { from: "nothing yet", ...(destination ? { destination } : {}) }
  const href = `${usePathname()}${withRestoreDialog(search, open)}`
  return (
    <Link href={href} className={className} {...(label ? { "aria-label": label, title: label } : {})}>
      {children}
    </Link>
  )
}
