// One database: whether it is backed up, what is in force and from where, its last backups and restores.
import { useQuery } from "@tanstack/react-query"
import { Link } from "wouter"
import type { Database } from "../../../../schemas/server.ts"
import { BackUpNow } from "../../components/back-up-now.tsx"
import { buttonClass } from "../../components/button.tsx"
import { DatabaseState } from "../../components/database-state.tsx"
import { Fact, Facts } from "../../components/facts.tsx"
import { JobSummary } from "../../components/job-summary.tsx"
import { Loaded } from "../../components/loading.tsx"
import { Page, Section } from "../../components/page.tsx"
import { ProblemNote } from "../../components/problem.tsx"
import { RestoreLink } from "../../components/restore-link.tsx"
import { Size } from "../../components/size.tsx"
import { SuspectLink } from "../../components/suspect-link.tsx"
import { Age, Time } from "../../components/time.tsx"
import { formatDuration, listed } from "../../lib/format.ts"
import { backupPath, serverPath, useIdInPath } from "../../lib/paths.ts"
import { databaseQuery } from "../../lib/queries/databases.ts"
import { schedulesQuery } from "../../lib/queries/schedules.ts"
import { engineOf, subjectNote } from "../../lib/words.ts"
import { BackupsOfDatabase } from "./backups-of-database.tsx"
import { HeldPruneNote } from "./held-prune-note.tsx"
import { ImportDump } from "./import-dump.tsx"
import { RestoresOfDatabase } from "./restores-of-database.tsx"
import { RetentionOfDatabase } from "./retention-of-database.tsx"

export function DatabasePage() {
  const id = useIdInPath()
  const database = useQuery(databaseQuery(id))
  return (
    <Page
      title={database.data?.name ?? "Database"}
      actions={database.data && <Actions database={database.data} />}
    >
      <Loaded query={database} what="this database" rows={8}>
        {(database) => (
          <div className="grid gap-x-10 lg:grid-cols-[minmax(0,1fr)_22rem]">
            <div className="min-w-0">
              <Summary database={database} />
              <BackupsOfDatabase databaseId={database.id} />
              <RetentionOfDatabase databaseId={database.id} />
              {database.kind === "database" && <RestoresOfDatabase databaseId={database.id} />}
            </div>
            <Jobs databaseId={database.id} />
          </div>
        )}
      </Loaded>
    </Page>
  )
}

function Actions({ database }: { readonly database: Database }) {
  return (
    <>
      {database.lastBackup && (
        <RestoreLink backupId={database.lastBackup.id} className={buttonClass()}>
          Restore the last backup
        </RestoreLink>
      )}
      {database.kind === "database" && database.server.state === "active" && (
        <ImportDump database={database} />
      )}
      {database.jobs.length > 0 && database.server.state === "active" && (
        <BackUpNow databaseId={database.id} name={database.name} look="primary" />
      )}
    </>
  )
}

function Summary({ database }: { readonly database: Database }) {
  const { server, lastBackup, lastAttempt, suspect, heldPrune, lastDrill, problems } = database
  const { drillWithoutVerdict, overdueDrill } = database
  const note = subjectNote(database.kind)
  return (
    <Section title="Now">
      <Facts>
        <Fact name="State">
          <DatabaseState database={database} />
        </Fact>
        <Fact name="Server">
          <Link href={serverPath(server.id)} className="link">
            {server.name}
          </Link>
          , {engineOf({ engine: database.engine, serverVersion: server.serverVersion })}
        </Fact>
        {note && <Fact name="Holds">{note} of the whole server</Fact>}
        <Fact name="Last good backup">
          {lastBackup ? (
            <>
              <Link href={backupPath(lastBackup.id)} className="link">
                <Age at={lastBackup.finishedAt} />
              </Link>
              , <Size bytes={lastBackup.storedBytes} /> in {formatDuration(lastBackup.durationSeconds)}, at{" "}
              {listed(lastBackup.copies)}
            </>
          ) : (
            "none"
          )}
        </Fact>
        {database.kind === "database" && (
          <Fact name="Last drill">
            <LastDrillLine drill={lastDrill} />
            {drillWithoutVerdict && (
              <p>
                The{" "}
                <Link href={backupPath(drillWithoutVerdict.backupId)} className="link">
                  newest one
                </Link>{" "}
                reached no verdict, <Age at={drillWithoutVerdict.at} />: {drillWithoutVerdict.problem.message}
              </p>
            )}
          </Fact>
        )}
        {suspect && (
          <Fact name="Suspect">
            <SuspectLink id={suspect.id} problem={suspect.problem} /> <Age at={suspect.finishedAt} />:{" "}
            {suspect.problem.message}
          </Fact>
        )}
        {lastAttempt && lastAttempt.id !== lastBackup?.id && lastAttempt.id !== suspect?.id && (
          <Fact name="Last try">
            <Link href={backupPath(lastAttempt.id)} className="link">
              {lastAttempt.status}
            </Link>{" "}
            <Age at={lastAttempt.at} />
            {lastAttempt.problem && `: ${lastAttempt.problem.message}`}
          </Fact>
        )}
        <Fact name="Next run">
          {database.nextRunAt ? <Time at={database.nextRunAt} zone focusable /> : "none"}
        </Fact>
      </Facts>
      {[...problems, ...(overdueDrill ? [overdueDrill] : [])].map((problem) => (
        <div key={`${problem.code} ${problem.message}`} className="pb-2">
          <ProblemNote problem={problem} />
        </div>
      ))}
      {heldPrune && <HeldPruneNote database={database} held={heldPrune} />}
    </Section>
  )
}

/** Whether a backup of it was ever restored, and how soon it was back. */
function LastDrillLine({ drill }: { readonly drill: Database["lastDrill"] }) {
  if (drill === null) return "never: no backup of it was restored to see whether it can be"
  return (
    <>
      <Link href={backupPath(drill.backupId)} className="link">
        {drill.outcome}
      </Link>
      , <Age at={drill.at} />
      {drill.recoverySeconds !== null && `; back in ${formatDuration(drill.recoverySeconds)}`}
      {drill.problem && `: ${drill.problem.message}`}
    </>
  )
}

function Jobs({ databaseId }: { readonly databaseId: string }) {
  const jobs = useQuery(schedulesQuery({ databaseId }))
  return (
    <Loaded query={jobs} what="the jobs" rows={4}>
      {(jobs) => (
        <aside aria-label="What is in force">
          {jobs.length === 0 && (
            <Section title="In force">
              <p className="py-2 text-sm text-muted">No job backs this database up.</p>
            </Section>
          )}
          {jobs.map((job) => (
            <Section key={job.id} title={`Job ${job.name}`}>
              <JobSummary job={job} unfolded={job === jobs[0]} />
            </Section>
          ))}
        </aside>
      )}
    </Loaded>
  )
}
