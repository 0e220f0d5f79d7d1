// The way to a suspect backup, which somebody should look at.
import { CircleHelp } from "lucide-react"
import { Link } from "wouter"
import { backupPath } from "../lib/paths.ts"

export function SuspectLink({ id }: { readonly id: string }) {
  return (
    <Link href={backupPath(id)} className="link inline-flex items-center gap-1.5 text-xs whitespace-nowrap">
      <CircleHelp aria-hidden className="size-3.5 flex-none text-bad" />
      suspect backup
    </Link>
  )
}
