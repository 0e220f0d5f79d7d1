// How a server answered when it was connected to: what it is, how it was reached, what its account may see; or why it did not.
import type { Connection } from "../../../schemas/kept-server.ts"
import { count, listed } from "../lib/format.ts"
import { engineNames } from "../lib/words.ts"
import { Fact, Facts } from "./facts.tsx"
import { ProblemNote } from "./problem.tsx"
import { State } from "./state.tsx"

export function ConnectionReport({ connection }: { readonly connection: Connection }) {
  const time = `${(connection.milliseconds / 1000).toFixed(1)} s`
  if (connection.state === "down")
    return (
      <div className="space-y-1.5 text-sm">
        <p>
          <State word="no connection" tone="bad" /> <span className="text-muted">after {time}</span>
        </p>
        <ProblemNote problem={connection.problem} />
      </div>
    )
  const { engine, serverVersion, tool, toolVersion, databases, readsAll, warnings, tls } = connection
  return (
    <div className="text-sm">
      <p>
        <State word="connected" tone="good" /> <span className="text-muted">after {time}</span>
      </p>
      <Facts>
        <Fact name="Server">
          {engineNames[engine]} {serverVersion}, by {tool} {toolVersion}
        </Fact>
        <Fact name="Encryption">
          {tls === null
            ? "none"
            : `${tls.version}, certificate ${tls.certificateChecked ? "checked" : "not checked"}`}
        </Fact>
        <Fact name="Databases">
          <span className="wrap-anywhere">
            {databases.length === 0 ? "none" : `${count(databases.length, "database")}: ${listed(databases)}`}
          </span>
        </Fact>
        <Fact name="Rights">
          {readsAll ? "the account may read everything" : "the account may not read everything"}
        </Fact>
      </Facts>
      {warnings.map((warning) => (
        <p key={warning} className="max-w-prose text-muted">
          {warning}
        </p>
      ))}
    </div>
  )
}
