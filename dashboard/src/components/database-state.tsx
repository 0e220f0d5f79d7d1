// Whether a database is backed up, in words; and whether a label is why it is not.
import type { Database } from "../../../schemas/server.ts"
import { freshnessWords } from "../lib/words.ts"
import { State } from "./state.tsx"

export function DatabaseState({ database }: { readonly database: Database }) {
  return (
    <>
      <State {...freshnessWords[database.state]} />
      {isLeftOut(database) && <span className="block text-xs text-muted">left out by label</span>}
    </>
  )
}

/** A database on a server that is backed up, which no job of it takes. */
function isLeftOut({ state, server }: Database): boolean {
  return state === "unprotected" && server.state === "active"
}
