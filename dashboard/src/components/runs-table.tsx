// Runs as a table: what started each, which try it is, what came of it, and when what failed is tried again.
import { Link } from "wouter"
import type { Run } from "../../../schemas/run.ts"
import { formatDuration, viewerZone } from "../lib/format.ts"
import { runPath, serverPath } from "../lib/paths.ts"
import { jobName, runWords, triggerWords } from "../lib/words.ts"
import { Name } from "./name.tsx"
import { NextTry, Try } from "./next-try.tsx"
import { State } from "./state.tsx"
import { Cell, Row, RowHead, Table } from "./table.tsx"
import { Time } from "./time.tsx"
import { Elapsed } from "./transfer.tsx"

interface Props {
  readonly runs: readonly Run[]
  readonly caption: string
  /** Leave out on the page of one server. */
  readonly withServer: boolean
}

export function RunsTable({ runs, caption, withServer }: Props) {
  const columns = [
    { label: "Asked for", note: viewerZone() },
    ...(withServer ? [{ label: "Server" }] : []),
    { label: "Job" },
    { label: "Started by" },
    { label: "Status" },
    { label: "Duration", numeric: true },
  ]
  return (
    <Table caption={caption} columns={columns}>
      {runs.map((run) => (
        <Row key={run.id}>
          <RowHead>
            <Link href={runPath(run.id)} className="link">
              <Time at={run.queuedAt} />
            </Link>
          </RowHead>
          {withServer && (
            <Cell label="Server">
              <Link href={serverPath(run.serverId)} className="hover:underline">
                <Name of={run.serverName} />
              </Link>
            </Cell>
          )}
          <Cell label="Job">{jobName(run)}</Cell>
          <Cell label="Started by">
            <span>
              {triggerWords[run.trigger]}
              <span className="block text-xs text-muted empty:hidden">
                <Try run={run} />
              </span>
            </span>
          </Cell>
          <Cell beside>
            <RunOutcome run={run} />
          </Cell>
          <Cell label="Duration" numeric>
            <RunDuration run={run} />
          </Cell>
        </Row>
      ))}
    </Table>
  )
}

function RunOutcome({ run }: { readonly run: Run }) {
  return (
    <span className="max-sm:text-right">
      <State {...runWords[run.status]} />
      {"error" in run && (
        <span className="line-clamp-2 max-w-80 text-xs text-muted" title={run.error.message}>
          {run.error.message}
        </span>
      )}
      <span className="block text-xs empty:hidden">
        <NextTry run={run} />
      </span>
    </span>
  )
}

export function RunDuration({ run }: { readonly run: Run }) {
  if (run.status === "running") return <Elapsed since={run.startedAt} />
  if (!("finishedAt" in run) || run.startedAt === null) return null
  return formatDuration((Date.parse(run.finishedAt) - Date.parse(run.startedAt)) / 1000)
}
