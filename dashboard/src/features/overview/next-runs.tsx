// The next runs of all servers, soonest first.
import { Link } from "wouter"
import type { Database } from "../../../../schemas/server.ts"
import { Section } from "../../components/page.tsx"
import { Age } from "../../components/time.tsx"
import { count, formatMoment } from "../../lib/format.ts"
import { serverPath } from "../../lib/paths.ts"
import { useNow } from "../../lib/use-now.ts"

const shownRuns = 5

interface ServerRun {
  readonly serverId: string
  readonly serverName: string
  readonly at: string
  readonly databases: number
}

export function NextRuns({ databases }: { readonly databases: readonly Database[] }) {
  const now = useNow()
  const runs = upcoming(databases).slice(0, shownRuns)
  return (
    <Section title="Next runs">
      {runs.length === 0 && <p className="py-2 text-sm text-muted">Nothing is scheduled.</p>}
      <ol>
        {runs.map(({ serverId, serverName, at, databases }) => (
          <li key={`${serverId} ${at}`} className="border-b border-line py-2 text-sm">
            <div className="flex justify-between gap-3">
              <Link href={serverPath(serverId)} className="min-w-0 wrap-anywhere hover:underline">
                {serverName}
              </Link>
              <Age at={at} />
            </div>
            <div className="flex justify-between gap-3 text-xs text-muted tabular-nums">
              <span>{count(databases, "dump")}</span>
              <span>{formatMoment(new Date(at), { now, withZone: true })}</span>
            </div>
          </li>
        ))}
      </ol>
    </Section>
  )
}

/** One entry per server and moment: its databases are dumped in one run. */
function upcoming(databases: readonly Database[]): readonly ServerRun[] {
  const runs = new Map<string, ServerRun>()
  for (const { server, nextRunAt } of databases) {
    if (nextRunAt === null) continue
    const key = `${server.id} ${nextRunAt}`
    const before = runs.get(key)?.databases ?? 0
    runs.set(key, { serverId: server.id, serverName: server.name, at: nextRunAt, databases: before + 1 })
  }
  return [...runs.values()].sort((a, b) => a.at.localeCompare(b.at))
}
