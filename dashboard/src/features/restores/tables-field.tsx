// Which tables of the backup: all, or those that are ticked, found by a search.
import { useId, useState } from "react"
import { Button } from "../../components/button.tsx"
import { plainInput } from "../../components/typed-name.tsx"
import { count } from "../../lib/format.ts"
import type { HeldTable } from "./subject.ts"

/** More are found by a search: a list of thousands would only be scrolled through. */
const mostShown = 100

interface Props {
  readonly tables: readonly HeldTable[]
  /** Null: all of them. */
  readonly chosen: readonly string[] | null
  readonly onChosen: (names: readonly string[] | null) => void
}

export function TablesField({ tables, chosen, onChosen }: Props) {
  const id = useId()
  return (
    <fieldset>
      <legend className="mb-1 font-medium">Tables</legend>
      <label className="flex min-h-7 items-center gap-2.5 max-sm:min-h-11">
        <input type="radio" name={id} checked={chosen === null} onChange={() => onChosen(null)} />
        All {count(tables.length, "table")}
      </label>
      <label className="flex min-h-7 items-center gap-2.5 max-sm:min-h-11">
        <input type="radio" name={id} checked={chosen !== null} onChange={() => onChosen(chosen ?? [])} />
        Only some
      </label>
      {chosen !== null && <Some tables={tables} chosen={chosen} onChosen={onChosen} />}
    </fieldset>
  )
}

function Some({ tables, chosen, onChosen }: Props & { readonly chosen: readonly string[] }) {
  const [text, setText] = useState("")
  const id = useId()
  const found = matching(tables, text)
  const names = found.map(({ name }) => name)
  const without = chosen.filter((name) => !names.includes(name))
  return (
    <div className="space-y-2 pt-1 pl-6 max-sm:pl-0">
      <div className="flex flex-wrap items-center gap-2">
        <label htmlFor={id} className="sr-only">
          Find a table
        </label>
        <input
          {...plainInput}
          id={id}
          type="search"
          placeholder="Find a table"
          value={text}
          onChange={(event) => setText(event.target.value)}
          className={`${plainInput.className} sm:max-w-56`}
        />
        <Button look="quiet" onClick={() => onChosen([...without, ...names])}>
          {text === "" ? "Tick all" : "Tick these"}
        </Button>
        <Button look="quiet" onClick={() => onChosen(without)}>
          {text === "" ? "Tick none" : "Untick these"}
        </Button>
      </div>
      <ul className="max-h-56 overflow-y-auto border-y border-line">
        {found.slice(0, mostShown).map(({ name, rows }) => (
          <li key={name}>
            <label className="flex min-h-8 items-center gap-2.5 pr-2 max-sm:min-h-11">
              <input
                type="checkbox"
                checked={chosen.includes(name)}
                onChange={(event) =>
                  onChosen(event.target.checked ? [...chosen, name] : chosen.filter((each) => each !== name))
                }
              />
              <span className="min-w-0 grow font-mono text-xs wrap-anywhere">{name}</span>
              {rows !== null && (
                <span className="flex-none text-xs text-muted tabular-nums">{count(rows, "row")}</span>
              )}
            </label>
          </li>
        ))}
        {found.length === 0 && <li className="py-2 text-muted">No table is called so.</li>}
        {found.length > mostShown && (
          <li className="py-2 text-muted">
            {count(found.length - mostShown, "more table")}: search for them.
          </li>
        )}
      </ul>
      <p role="status" className="text-muted tabular-nums">
        {chosen.length} of {count(tables.length, "table")} ticked
      </p>
    </div>
  )
}

/** Those that have the text in their names, whatever its case. */
export function matching(tables: readonly HeldTable[], text: string): readonly HeldTable[] {
  const wanted = text.trim().toLowerCase()
  return tables.filter(({ name }) => name.toLowerCase().includes(wanted))
}
