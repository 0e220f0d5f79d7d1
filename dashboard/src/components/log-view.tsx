// A log: filtered by level, followed while it grows, copied or saved as text.
import { type ChangeEvent, useEffect, useRef, useState } from "react"
import { type LogLevel, type LogLine, logLevels } from "../../../schemas/run.ts"
import { formatClock, formatUtc } from "../lib/format.ts"
import { Button } from "./button.tsx"
import { CopyButton } from "./copy-button.tsx"

interface Props {
  readonly lines: readonly LogLine[]
  /** More lines are coming: stay at the end. */
  readonly live: boolean
  readonly fileName: string
  /** The level shown first. */
  readonly from?: LogLevel
}

const levelClass: Readonly<Record<LogLevel, string>> = {
  debug: "text-muted",
  info: "",
  warn: "text-late",
  error: "text-bad",
}

export function LogView({ lines, live, fileName, from = "debug" }: Props) {
  const [level, setLevel] = useState<LogLevel>(from)
  const [follow, setFollow] = useState(true)
  const shown = lines.filter((line) => logLevels.indexOf(line.level) >= logLevels.indexOf(level))
  const text = shown.map(({ at, level, message }) => `${at} ${level} ${message}`).join("\n")
  const box = useRef<HTMLElement>(null)
  const newest = shown.at(-1)?.id
  useEffect(() => {
    if (live && follow && newest !== undefined && box.current)
      box.current.scrollTop = box.current.scrollHeight
  }, [live, follow, newest])

  return (
    <div>
      <div className="flex flex-wrap items-center gap-x-4 gap-y-1 py-2 text-sm">
        <label className="inline-flex items-center gap-2">
          <span className="text-muted">Level</span>
          <select
            value={level}
            onChange={(event: ChangeEvent<HTMLSelectElement>) => setLevel(event.target.value as LogLevel)}
            className="min-h-8 rounded-sm border border-field bg-paper px-2 max-sm:min-h-11"
          >
            <option value="debug">everything</option>
            <option value="info">info and above</option>
            <option value="warn">warnings and errors</option>
            <option value="error">errors</option>
          </select>
        </label>
        {live && (
          <label className="inline-flex min-h-8 items-center gap-2 max-sm:min-h-11">
            <input type="checkbox" checked={follow} onChange={(event) => setFollow(event.target.checked)} />
            Follow
          </label>
        )}
        <span className="ml-auto flex items-center gap-1">
          <CopyButton text={text} what="the log" shownIn={box} />
          <Button look="quiet" className="text-xs text-muted" onClick={() => saveAs(fileName, text)}>
            Save
          </Button>
        </span>
      </div>
      <section
        ref={box}
        aria-label="Log lines"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
        tabIndex={0}
        className="max-h-96 overflow-auto border-y border-line bg-sunken px-3 py-2 font-mono text-xs leading-5"
      >
        {shown.length === 0 && (
          <p className="text-muted">{live ? "No lines yet." : "No lines at this level."}</p>
        )}
        {shown.map((line) => (
          <p key={line.id} className={`break-words whitespace-pre-wrap ${levelClass[line.level]}`}>
            <time dateTime={line.at} title={formatUtc(new Date(line.at))} className="text-muted select-none">
              {formatClock(new Date(line.at), true)}{" "}
            </time>
            {line.level !== "info" && <span>{line.level} </span>}
            {line.message}
          </p>
        ))}
      </section>
    </div>
  )
}

function saveAs(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([`${text}\n`], { type: "text/plain" }))
  const link = document.createElement("a")
  link.href = url
  link.download = name
  link.click()
  URL.revokeObjectURL(url)
}
