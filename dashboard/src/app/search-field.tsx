// Finds databases and servers by name: it filters the page of all databases, as one types when it is open.
import { Search } from "lucide-react"
import { type FormEvent, useEffect, useRef, useState } from "react"
import { flushSync } from "react-dom"
import { useLocation } from "wouter"
import { usePathname, useSearch } from "wouter/use-browser-location"
import { databasesPath, searchPath } from "../lib/paths.ts"
import { useShortcut } from "./use-shortcut.ts"

interface Props {
  /** The field is about to take the focus: unfold what it is in. */
  readonly onWanted: () => void
}

export function SearchField({ onWanted }: Props) {
  const [, navigate] = useLocation()
  const onDatabases = usePathname() === databasesPath
  const asked = new URLSearchParams(useSearch()).get("q") ?? ""
  const inAddress = onDatabases ? asked : ""
  const [text, setText] = useState(inAddress)
  useEffect(() => setText(inAddress), [inAddress])
  const field = useRef<HTMLInputElement>(null)
  useShortcut("/", () => {
    flushSync(onWanted)
    field.current?.focus()
  })

  const type = (next: string) => {
    setText(next)
    if (onDatabases) navigate(searchPath(next), { replace: true })
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    navigate(searchPath(text))
  }
  return (
    // biome-ignore lint/a11y/useSemanticElements: <search> is not known to every browser in use
    <form role="search" onSubmit={submit} className="relative">
      <Search
        aria-hidden
        className="pointer-events-none absolute top-1/2 left-2.5 size-3.5 -translate-y-1/2 text-muted"
      />
      <input
        ref={field}
        type="search"
        aria-label="Find a database or server"
        aria-keyshortcuts="/"
        placeholder="Find a database  /"
        value={text}
        onChange={(event) => type(event.target.value)}
        onKeyDown={(event) => event.key === "Escape" && field.current?.blur()}
        className="min-h-8 w-52 lg:max-xl:w-32 rounded-sm border border-field bg-paper pr-2 pl-8 text-sm placeholder:text-muted max-lg:min-h-11 max-lg:w-full max-sm:text-base"
      />
    </form>
  )
}
