// The fields that filter the history. They write to the address, and read from it.
import { useQuery } from "@tanstack/react-query"
import type { ReactNode } from "react"
import { backupTypes } from "../../../../schemas/job.ts"
import type { Database } from "../../../../schemas/server.ts"
import { Button } from "../../components/button.tsx"
import { databasesQuery } from "../../lib/queries/databases.ts"
import { statusWords } from "../../lib/words.ts"
import { changed, type FilterName, type Filters, shownStatuses } from "./filters.ts"

interface Props {
  readonly filters: Filters
  readonly onChange: (filters: Filters) => void
}

const field =
  "min-h-9 w-full rounded-sm border border-field bg-paper px-2 text-sm max-sm:min-h-11 max-sm:text-base"

export function FilterBar({ filters, onChange }: Props) {
  const databases = useQuery(databasesQuery()).data ?? []
  const set = (name: FilterName, value: string) =>
    onChange(changed(filters, name, value === "" ? undefined : (value as never)))
  const unfiltered = Object.keys(filters).every((name) => name === "page")
  return (
    <form
      aria-label="Filters"
      onSubmit={(event) => event.preventDefault()}
      className="mb-4 flex flex-wrap items-end gap-3 max-sm:grid max-sm:grid-cols-2"
    >
      <Labelled name="Database" className="sm:w-60 max-sm:col-span-2">
        <select
          value={filters.database ?? ""}
          onChange={(e) => set("database", e.target.value)}
          className={field}
        >
          <option value="">all</option>
          <DatabaseOptions databases={databases} chosen={filters.database} />
        </select>
      </Labelled>
      <Labelled name="Status" className="sm:w-32">
        <select
          value={filters.status ?? ""}
          onChange={(e) => set("status", e.target.value)}
          className={field}
        >
          <option value="">any</option>
          {shownStatuses.map((status) => (
            <option key={status} value={status}>
              {status === "suspect" ? status : statusWords[status].word}
            </option>
          ))}
        </select>
      </Labelled>
      <Labelled name="Type" className="sm:w-28">
        <select value={filters.type ?? ""} onChange={(e) => set("type", e.target.value)} className={field}>
          <option value="">any</option>
          {backupTypes.map((type) => (
            <option key={type}>{type}</option>
          ))}
        </select>
      </Labelled>
      <Labelled name="From">
        <input
          type="date"
          value={filters.from ?? ""}
          max={filters.to}
          onChange={(e) => set("from", e.target.value)}
          className={field}
        />
      </Labelled>
      <Labelled name="To">
        <input
          type="date"
          value={filters.to ?? ""}
          min={filters.from}
          onChange={(e) => set("to", e.target.value)}
          className={field}
        />
      </Labelled>
      <Button
        look="quiet"
        disabled={unfiltered}
        onClick={() => onChange({})}
        className="min-h-9 max-sm:col-span-2"
      >
        Clear filters
      </Button>
    </form>
  )
}

interface LabelledProps {
  readonly name: string
  readonly className?: string
  readonly children: ReactNode
}

function Labelled({ name, className = "", children }: LabelledProps) {
  return (
    // biome-ignore lint/a11y/noLabelWithoutControl: the control is the child
    <label className={`block ${className}`}>
      <span className="mb-0.5 block text-xs text-muted">{name}</span>
      {children}
    </label>
  )
}

/** Grouped by server. A database that is chosen in the address but gone is still listed, so that the field says so. */
function DatabaseOptions({
  databases,
  chosen,
}: {
  readonly databases: readonly Database[]
  readonly chosen: string | undefined
}) {
  const byServer = Map.groupBy(databases, ({ server }) => server.name)
  const gone = chosen !== undefined && !databases.some(({ id }) => id === chosen)
  return (
    <>
      {gone && <option value={chosen}>{chosen}</option>}
      {[...byServer].map(([server, databases]) => (
        <optgroup key={server} label={server}>
          {databases.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </optgroup>
      ))}
    </>
  )
}
