// Leads to the restore dialog of a backup, over the page that is open: the address carries it, so it survives a reload.
import type { ReactNode } from "react"
import { Link } from "wouter"
import { usePathname, useSearch } from "wouter/use-browser-location"
import { withRestoreDialog } from "../lib/restore-address.ts"

interface Props {
  readonly backupId: string
  readonly className?: string
  readonly label?: string
  readonly children: ReactNode
}

export function RestoreLink({ backupId, className = "link", label, children }: Props) {
  const search = useSearch()
  const href = `${usePathname()}${withRestoreDialog(search, { backupId })}`
  return (
    <Link href={href} className={className} {...(label ? { "aria-label": label, title: label } : {})}>
      {children}
    </Link>
  )
}
