// What a plan says as data: where from, where to, how long, how much room, what is lost, what becomes of accounts.
import type { RestorePlan } from "../../../../schemas/restore.ts"
import { Fact, Facts } from "../../components/facts.tsx"
import { Said } from "../../components/said.tsx"
import { Size } from "../../components/size.tsx"
import { Time } from "../../components/time.tsx"
import { count, formatDuration, listed } from "../../lib/format.ts"
import { engineNames } from "../../lib/words.ts"
import { IntoWords } from "./into-words.tsx"

export function PlanFacts({ plan }: { readonly plan: RestorePlan }) {
  const { versions, timeGuess, neededBytes, freeBytes, connections, lost, accounts } = plan
  const missing = missingOf(plan.missing, plan.engine)
  return (
    <Facts>
      <Fact name="From">
        {plan.source ? (
          <>
            <span className="wrap-anywhere">{plan.source.key ?? plan.source.fileName}</span>,{" "}
            {plan.source.destination === null ? "uploaded" : `at ${plan.source.destination}`}
          </>
        ) : (
          <>
            {plan.sourceDatabase}, as of <Time at={plan.backupFinishedAt} zone />, at {plan.destination}
          </>
        )}
        , <Size bytes={plan.storedBytes} />
      </Fact>
      <Fact name="Into">
        <IntoWords mode={plan.mode} database={plan.targetDatabase} server={plan.serverName} />,{" "}
        {engineNames[plan.engine]} {versions.target}
        {![versions.target, "unknown"].includes(versions.source) && `, made on ${versions.source}`},{" "}
        <Size bytes={plan.rawBytes} /> to load
      </Fact>
      {timeGuess && (
        <Fact name="Time">
          about {formatDuration(timeGuess.seconds)}, by {timeGuess.from}
        </Fact>
      )}
      {(neededBytes !== null || freeBytes !== null) && (
        <Fact name="Room">
          {neededBytes !== null && (
            <>
              <Size bytes={neededBytes} /> when it was dumped{freeBytes !== null && ", "}
            </>
          )}
          {freeBytes !== null && (
            <>
              <Size bytes={freeBytes} /> free
            </>
          )}
        </Fact>
      )}
      {missing.length > 0 && <Fact name="Missing there">{listed(missing)}</Fact>}
      {connections.length > 0 && (
        <Fact name="Sessions">
          {listed(connections.map((each) => `${count(each.count, "session")} of ${each.user}`))}
        </Fact>
      )}
      {accounts && (
        <Fact name="Made">{accounts.create.length === 0 ? "nothing" : listed(accounts.create)}</Fact>
      )}
      {accounts && accounts.same.length > 0 && <Fact name="There already">{listed(accounts.same)}</Fact>}
      <Fact name="Lost">
        {lost.length === 0 ? (
          "nothing"
        ) : (
          <ul className="text-bad">
            {lost.map((what) => (
              <li key={what}>
                <Said words={what} />
              </li>
            ))}
          </ul>
        )}
      </Fact>
    </Facts>
  )
}

/** `role app`, `extension vector 0.8.0 (0.7.0 is there)`. */
function missingOf({ roles, extensions }: RestorePlan["missing"], engine: RestorePlan["engine"]): string[] {
  const account = engine === "postgres" ? "role" : "account"
  return [
    ...roles.map((name) => `${account} ${name}`),
    ...extensions.map(
      ({ name, wanted, available }) =>
        `extension ${name} ${wanted}${available === null ? "" : ` (${available} can be made)`}`,
    ),
  ]
}
