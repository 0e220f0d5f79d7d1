// The way to a backup that is suspect, or damaged, which somebody should look at.
import { CircleHelp } from "lucide-react"
import { Link } from "wouter"
import { isDamage, type Problem } from "../../../schemas/errors.ts"
import { backupPath } from "../lib/paths.ts"

export function SuspectLink({ id, problem }: { readonly id: string; readonly problem: Problem }) {
  return (
    <Link href={backupPath(id)} className="link inline-flex items-center gap-1.5 text-xs whitespace-nowrap">
      <CircleHelp aria-hidden className="size-3.5 flex-none text-bad" />
      {isDamage(problem) ? "damaged" : "suspect"} backup
    </Link>
  )
}
