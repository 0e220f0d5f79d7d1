// The name of the database that is made, or of the one that is there, which those of the server are proposed for.
import { useQuery } from "@tanstack/react-query"
import { useId } from "react"
import { plainInput } from "../../components/typed-name.tsx"
import { databasesQuery } from "../../lib/queries/databases.ts"
import { intoExisting } from "./offered.ts"
import type { Chosen } from "./restore-step.ts"
import type { Subject } from "./subject.ts"

interface Props {
  readonly subject: Subject
  readonly chosen: Chosen
  readonly mistake: string | undefined
  readonly onChosen: (chosen: Chosen) => void
}

export function NameField({ subject, chosen, mistake, onChosen }: Props) {
  const id = useId()
  const there = intoExisting(chosen.mode)
  const help = mistake ?? meaning(subject, chosen)
  return (
    <div>
      <label htmlFor={id} className="mb-1 block font-medium">
        {there ? "Database" : "Name of the new database"}
      </label>
      <input
        {...plainInput}
        id={id}
        list={there ? `${id}-known` : undefined}
        value={there ? chosen.existing : chosen.newName}
        aria-invalid={mistake !== undefined}
        aria-describedby={`${id}-help`}
        onChange={({ target: { value } }) =>
          onChosen(there ? { ...chosen, existing: value } : { ...chosen, newName: value })
        }
      />
      {there && <Known id={`${id}-known`} serverId={chosen.serverId || subject.home?.serverId} />}
      <p id={`${id}-help`} className={`mt-1 empty:hidden ${mistake ? "text-bad" : "text-muted"}`}>
        {help}
      </p>
    </div>
  )
}

function Known({ id, serverId }: { readonly id: string; readonly serverId: string | undefined }) {
  const databases = useQuery(databasesQuery()).data ?? []
  return (
    <datalist id={id}>
      {databases
        .filter(({ server, kind }) => server.id === serverId && kind === "database")
        .map(({ name }) => (
          <option key={name} value={name} />
        ))}
    </datalist>
  )
}

function meaning({ home, database }: Subject, { mode, serverId }: Chosen): string {
  if (intoExisting(mode)) return "Its name is asked for once more before anything is done."
  if (!home) return ""
  return serverId === ""
    ? `It is created on ${home.serverName}, beside ${database}, which is not touched.`
    : `It is created there. ${database} on ${home.serverName} is not touched.`
}
