// The completed backups, newest first, of one database or of all: choosing one goes on.
import { useQuery } from "@tanstack/react-query"
import { useState } from "react"
import { Choice } from "../../components/choice.tsx"
import { Loaded } from "../../components/loading.tsx"
import { Name } from "../../components/name.tsx"
import { Pager } from "../../components/pager.tsx"
import { Size } from "../../components/size.tsx"
import { Age, Time } from "../../components/time.tsx"
import { backupsQuery } from "../../lib/queries/backups.ts"
import { databasesQuery } from "../../lib/queries/databases.ts"
import { storedAt } from "../../lib/words.ts"

const perPage = "8"

export function StoredBackups({ onChosen }: { readonly onChosen: (backupId: string) => void }) {
  const [databaseId, setDatabaseId] = useState("")
  const [page, setPage] = useState(1)
  const databases = useQuery(databasesQuery()).data ?? []
  const backups = useQuery(
    backupsQuery({
      ...{ status: "completed", page: String(page), limit: perPage },
      ...(databaseId === "" ? {} : { databaseId }),
    }),
  )
  return (
    <div>
      <Choice
        label="Backups of"
        value={databaseId}
        onChange={(id) => {
          setDatabaseId(id)
          setPage(1)
        }}
      >
        <option value="">every database</option>
        {databases.map(({ id, name, server }) => (
          <option key={id} value={id}>
            {name} on {server.name}
          </option>
        ))}
      </Choice>
      <Loaded query={backups} what="the backups" rows={4}>
        {({ rows, page, limit, total }) =>
          total === 0 ? (
            <p className="py-3 text-muted">No completed backup yet.</p>
          ) : (
            <>
              <ul className="mt-3 border-t border-line">
                {rows.map((backup) =>
                  backup.status === "completed" ? (
                    <li key={backup.id} className="border-b border-line">
                      <button
                        type="button"
                        disabled={storedAt(backup).length === 0}
                        onClick={() => onChosen(backup.id)}
                        className="flex w-full items-baseline justify-between gap-x-4 py-2 text-left hover:bg-sunken disabled:text-muted max-sm:flex-col max-sm:py-3"
                      >
                        <span className="min-w-0 font-medium">
                          <Name of={backup.database} />{" "}
                          <span className="font-normal text-muted">on {backup.serverName}</span>
                        </span>
                        <span className="flex-none text-muted tabular-nums">
                          <Time at={backup.finishedAt} />, <Age at={backup.finishedAt} />,{" "}
                          <Size bytes={backup.proof.storedBytes} />
                          {storedAt(backup).length === 0 && ", no good copy"}
                        </span>
                      </button>
                    </li>
                  ) : null,
                )}
              </ul>
              <Pager page={page} limit={limit} total={total} noun="backup" onPage={setPage} />
            </>
          )
        }
      </Loaded>
    </div>
  )
}
