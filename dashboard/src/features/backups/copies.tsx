// Where the copies of a backup are, each with its own state.
import { type Copy, isBad } from "../../../../schemas/backup.ts"
import { State } from "../../components/state.tsx"
import { Time } from "../../components/time.tsx"
import type { StateWord } from "../../lib/words.ts"

const words: Readonly<Record<Copy["state"], StateWord>> = {
  stored: { word: "stored", tone: "good" },
  failed: { word: "waiting to be copied", tone: "late" },
  deleted: { word: "deleted", tone: "quiet" },
}

/** Without a copy elsewhere there is nothing to make one from. */
const lost: StateWord = { word: "failed", tone: "bad" }
const bad: StateWord = { word: "bad", tone: "bad" }

function wordOf(copy: Copy, elsewhere: boolean): StateWord {
  if (isBad(copy)) return bad
  return copy.state === "failed" && !elsewhere ? lost : words[copy.state]
}

export function Copies({ copies }: { readonly copies: readonly Copy[] }) {
  const stored = copies.filter(({ state }) => state === "stored").map(({ destination }) => destination)
  return (
    <ul>
      {copies.map((copy) => (
        <li key={`${copy.destination} ${copy.key}`} className="border-b border-line py-2 text-sm">
          <div className="flex flex-wrap items-baseline gap-x-4">
            <span className="font-medium">{copy.destination}</span>
            <State {...wordOf(copy, stored.length > 0)} />
            {copy.state === "stored" && (
              <span className="text-muted">
                <Time at={copy.storedAt} zone focusable />
                {copy.verified && `, compared by ${copy.verified}`}
              </span>
            )}
            {copy.state === "deleted" && (
              <span className="text-muted">
                <Time at={copy.deletedAt} zone focusable />
              </span>
            )}
          </div>
          <code className="font-mono text-xs wrap-anywhere text-muted">{copy.key}</code>
          {copy.state === "failed" && (
            <p>
              {copy.error.message}. <span className="text-muted">{copy.error.hint}</span>
              {stored.length > 0 && (
                <span className="block text-muted">
                  It is {isBad(copy) ? "made again" : "copied"} from {stored.join(" or ")} by itself once{" "}
                  {copy.destination} can be used, as long as retention keeps the backup.
                </span>
              )}
            </p>
          )}
        </li>
      ))}
    </ul>
  )
}
