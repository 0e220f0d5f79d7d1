// How often a stored backup was checked again, what was seen, and the buttons that have it done now.
import { useMutation, useQuery } from "@tanstack/react-query"
import type { CompletedBackup } from "../../../../schemas/backup.ts"
import type { Verification, VerifyLevel } from "../../../../schemas/verification.ts"
import type { VerifyTask } from "../../../../schemas/verify-task.ts"
import { Button } from "../../components/button.tsx"
import { Loaded } from "../../components/loading.tsx"
import { ProblemNote, Refusal } from "../../components/problem.tsx"
import { State } from "../../components/state.tsx"
import { Age, Time } from "../../components/time.tsx"
import { LoadTransfer } from "../../components/transfer.tsx"
import { formatDuration } from "../../lib/format.ts"
import {
  cancelVerify,
  verificationsQuery,
  verificationTasksQuery,
  verify,
} from "../../lib/queries/verifications.ts"

const levelWords: Readonly<Record<VerifyLevel, string>> = {
  checksum: "bytes compared",
  read: "read by the engine's own tool",
  drill: "restored into a throw-away server",
}

const noVerdictWords: Readonly<Record<VerifyLevel, string>> = {
  checksum: "Its bytes could not be compared",
  read: "It could not be read",
  drill: "The drill reached no verdict",
}

export function Verifications({ backup }: { readonly backup: CompletedBackup }) {
  const results = useQuery(verificationsQuery(backup.id))
  const tasks = useQuery(verificationTasksQuery()).data ?? []
  const [last] = tasks.filter(({ backupId }) => backupId === backup.id)
  const asking = useMutation(verify)
  const live = last?.status === "queued" || last?.status === "running"
  const ask = (level: VerifyLevel) => asking.mutate({ id: backup.id, level })
  return (
    <div className="space-y-3 py-3 text-sm">
      {last && live && <UnderWay task={last} />}
      {!live && (
        <div className="flex flex-wrap gap-2">
          <Button disabled={asking.isPending} onClick={() => ask("checksum")}>
            Compare its bytes
          </Button>
          <Button disabled={asking.isPending} onClick={() => ask("read")}>
            Read it to its end
          </Button>
          <Button disabled={asking.isPending} onClick={() => ask("drill")}>
            Restore it into a throw-away server
          </Button>
        </div>
      )}
      {asking.error && <Refusal what="Not checked" error={asking.error} />}
      {(last?.status === "failed" || last?.status === "interrupted") && (
        <div>
          <p>
            {noVerdictWords[last.level]}, <Age at={last.finishedAt} />, which says nothing of the backup:
          </p>
          <ProblemNote problem={last.error} />
        </div>
      )}
      <Loaded query={results} what="what was found">
        {(found) =>
          found.length === 0 ? (
            <p className="text-muted">It was not checked since it was stored.</p>
          ) : (
            <ul>
              {found.map((one) => (
                <Result key={`${one.finishedAt} ${one.destination} ${one.level}`} result={one} />
              ))}
            </ul>
          )
        }
      </Loaded>
    </div>
  )
}

function UnderWay({ task }: { readonly task: VerifyTask }) {
  const cancelling = useMutation(cancelVerify)
  return (
    <div className="flex flex-wrap items-center gap-4">
      {task.status === "running" ? (
        <div className="grow">
          <LoadTransfer
            startedAt={task.startedAt}
            progress={{ storedBytes: task.readBytes, totalBytes: task.totalBytes }}
          />
        </div>
      ) : (
        <p className="grow">It waits for its turn: one backup is checked at a time.</p>
      )}
      <Button look="quiet" disabled={cancelling.isPending} onClick={() => cancelling.mutate(task.id)}>
        Cancel the check
      </Button>
    </div>
  )
}

function Result({ result }: { readonly result: Verification }) {
  const passed = result.outcome === "passed"
  return (
    <li className="border-b border-line py-2">
      <div className="flex flex-wrap items-baseline gap-x-4">
        <span className="font-medium">{result.destination}</span>
        <State
          {...(passed ? ({ word: "good", tone: "good" } as const) : ({ word: "bad", tone: "bad" } as const))}
        />
        <span className="text-muted">
          {levelWords[result.level]}, <Time at={result.finishedAt} zone focusable />,{" "}
          <Age at={result.finishedAt} />
          {passed &&
            result.recoverySeconds !== undefined &&
            `; back in ${formatDuration(result.recoverySeconds)}`}
        </span>
      </div>
      {passed ? (
        <ul className="text-muted">
          {result.report.map((line) => (
            <li key={line} className="wrap-anywhere">
              {line}
            </li>
          ))}
        </ul>
      ) : (
        <ProblemNote problem={result.problem} />
      )}
    </li>
  )
}
