// What needs a person, each with its one action.
import { useQuery } from "@tanstack/react-query"
import { Link } from "wouter"
import type { Database } from "../../../../schemas/server.ts"
import { BackUpNow } from "../../components/back-up-now.tsx"
import { buttonClass } from "../../components/button.tsx"
import { Section } from "../../components/page.tsx"
import { listed } from "../../lib/format.ts"
import { backupPath, databasePath, databasesPath, serverPath, settingsPath } from "../../lib/paths.ts"
import { serversQuery } from "../../lib/queries/servers.ts"
import type { AttentionItem } from "../../lib/queries/status.ts"
import { type GroupedItem, grouped, isAbout } from "./grouped.ts"

interface Props {
  readonly items: readonly AttentionItem[]
  readonly databases: readonly Database[]
}

export function Attention({ items, databases }: Props) {
  const servers = useQuery(serversQuery()).data ?? []
  if (items.length === 0) return null
  return (
    <Section title="Needs attention">
      <ul>
        {grouped(items, databases, servers).map((item) => (
          <li
            key={`${item.databaseId ?? item.serverId} ${item.sentence}`}
            className="flex items-start justify-between gap-x-6 gap-y-2 border-b border-line py-2 max-sm:flex-col"
          >
            <div className="min-w-0 text-sm">
              <p className="font-medium">{item.sentence}</p>
              {item.hint && <p className="text-muted">{item.hint}</p>}
              {item.further.map(({ sentence, hint }) => (
                <div key={sentence} className="pt-1">
                  <p className="font-medium">{sentence}</p>
                  {hint && <p className="text-muted">{hint}</p>}
                </div>
              ))}
              {item.same.length > 0 && <p className="text-muted">The same for {listed(item.same)}.</p>}
            </div>
            <div className="flex-none">
              <Action item={item} databases={databases} />
            </div>
          </li>
        ))}
      </ul>
    </Section>
  )
}

function Action({
  item,
  databases,
}: {
  readonly item: GroupedItem
  readonly databases: readonly Database[]
}) {
  const link = (href: string, words: string) => (
    <Link href={href} className={buttonClass()}>
      {words}
    </Link>
  )
  const database = databases.find(({ id }) => id === item.databaseId)
  const { suspect, heldPrune } = database ?? {}
  if (database && heldPrune && isAbout(item, heldPrune.problem))
    return link(databasePath(database.id), "Decide")
  if (suspect && isAbout(item, suspect.problem)) return link(backupPath(suspect.id), "Look at it")
  if (database?.lastAttempt?.problem) return link(backupPath(database.lastAttempt.id), "See why")
  if (database?.state === "late" || database?.state === "never") {
    return <BackUpNow databaseId={database.id} name={database.name} />
  }
  if (item.databaseId) return link(databasePath(item.databaseId), "Open database")
  if (item.serverId && item.same.length > 0) return link(databasesPath, "Open servers")
  if (item.serverId) return link(serverPath(item.serverId), "Open server")
  return link(settingsPath, "Open settings")
}
