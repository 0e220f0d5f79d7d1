// What a plan says as data: where from, where to, how long, how much room, what is lost, what becomes of accounts.
import type { ReactNode } from "react"
import type { RestorePlan } from "../../../../schemas/restore.ts"
import { Fact, Facts } from "../../components/facts.tsx"
import { Size } from "../../components/size.tsx"
import { Time } from "../../components/time.tsx"
import { count, formatDuration, listed } from "../../lib/format.ts"
import { engineNames } from "../../lib/words.ts"

export function PlanFacts({ plan }: { readonly plan: RestorePlan }) {
  const { versions, timeGuess, neededBytes, freeBytes, connections, lost, accounts } = plan
  return (
    <Facts>
      <Fact name="From">
        {plan.sourceDatabase}, as of <Time at={plan.backupFinishedAt} zone />, at {plan.destination},{" "}
        <Size bytes={plan.storedBytes} />
      </Fact>
      <Fact name="Into">
        {plan.mode !== "globals" && (
          <>
            {plan.mode === "swap" ? "the place of" : "new database"} <Strong>{plan.targetDatabase}</Strong> on{" "}
          </>
        )}
        {plan.mode !== "globals" ? plan.serverName : <Strong>{plan.serverName}</Strong>},{" "}
        {engineNames[plan.engine]} {versions.target}
        {versions.source !== versions.target && `, made on ${versions.source}`},{" "}
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
      {connections.length > 0 && (
        <Fact name="Sessions">
          {listed(connections.map((each) => `${count(each.count, "session")} of ${each.user}`))}
        </Fact>
      )}
      {accounts && (
        <Fact name="Made">{accounts.create.length === 0 ? "nothing" : listed(accounts.create)}</Fact>
      )}
      {accounts && accounts.same.length > 0 && <Fact name="There already">{listed(accounts.same)}</Fact>}
      <Fact name="Lost">{lost.length === 0 ? "nothing" : listed(lost)}</Fact>
    </Facts>
  )
}

function Strong({ children }: { readonly children: ReactNode }) {
  return <strong className="font-semibold [overflow-wrap:anywhere]">{children}</strong>
}
