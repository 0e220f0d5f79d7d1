// Where the settings file is and whether it is in force; when it is not, what to correct in it, line by line.
import type { SettingsView } from "../../../../schemas/settings-view.ts"
import { Section } from "../../components/page.tsx"
import { ProblemNote } from "../../components/problem.tsx"
import { Age } from "../../components/time.tsx"
import { count } from "../../lib/format.ts"

export function SettingsFileNote({ view }: { readonly view: SettingsView }) {
  const { file, problem, mistakes } = view
  return (
    <Section title="Settings file" note={<code className="font-mono wrap-anywhere">{file.path}</code>}>
      <div className="space-y-2 py-2.5 text-sm">
        {problem === null ? <InForce file={file} /> : <NotInForce file={file} />}
        {problem && mistakes.length === 0 && <ProblemNote problem={problem} />}
        {mistakes.length > 0 && (
          <>
            <p className="font-medium">{count(mistakes.length, "mistake")} to correct:</p>
            <ol className="space-y-1">
              {mistakes.map(({ line, column, key, message, hint }) => (
                <li
                  key={`${line}:${column} ${key} ${message}`}
                  className="grid grid-cols-[8.5rem_minmax(0,1fr)] gap-x-4 max-sm:grid-cols-1"
                >
                  <span className="text-muted tabular-nums">
                    line {line}, column {column}
                  </span>
                  <span className="wrap-anywhere">
                    {key !== "" && <code className="font-mono text-xs">{key}: </code>}
                    {message}. {hint && <span className="text-muted">{hint}</span>}
                  </span>
                </li>
              ))}
            </ol>
          </>
        )}
      </div>
    </Section>
  )
}

function InForce({ file }: { readonly file: SettingsView["file"] }) {
  if (file.loadedAt === null) {
    return (
      <p className="text-muted">
        There is none, and none is needed. One that is put there takes effect at once.
      </p>
    )
  }
  return (
    <p>
      In force, read <Age at={file.loadedAt} />.{" "}
      <span className="text-muted">A change takes effect without a restart.</span>
    </p>
  )
}

/** Which settings are in force instead. */
function NotInForce({ file }: { readonly file: SettingsView["file"] }) {
  if (file.state === "remembered") {
    return <p>Not in force: the controller was started with what it remembers of the last good file.</p>
  }
  if (file.loadedAt === null) return <p>Not in force: there was no file before, and nothing has changed.</p>
  return (
    <p>
      Not in force: what was read <Age at={file.loadedAt} /> stays.
    </p>
  )
}
