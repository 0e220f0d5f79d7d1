// `dbbackup runs` and `dbbackup cancel RUN`: every run with its tries; end one, or the try that one waits for.
import { cancelRun, getRun, listRuns } from "../../schemas/api.ts"
import type { Run } from "../../schemas/run.ts"
import type { Call } from "./client.ts"
import { table } from "./table.ts"
import { poll } from "./wait.ts"
import { details } from "./why.ts"

export async function runs(
  call: Call,
  { server, limit }: { readonly server?: string; readonly limit?: string },
): Promise<string> {
  const serverId = server === undefined ? undefined : (await details(call, server))[0]?.id
  const { data, meta } = await call(listRuns, { query: { serverId, limit } })
  const rows = data.map((run) => [
    run.queuedAt,
    `${run.serverName}:${run.jobId.slice(run.serverId.length + 1)}`,
    run.trigger,
    String(run.attempt),
    run.status,
    "retryAt" in run && run.retryAt ? run.retryAt : "-",
    run.id,
  ])
  const rest = (meta.total ?? rows.length) - rows.length
  const list = table(["QUEUED", "JOB", "TRIGGER", "TRY", "STATUS", "TRIED AGAIN", "ID"], rows)
  return rest > 0 ? `${list}\n… and ${rest} more: --limit ${Math.min(meta.total ?? 0, 500)}` : list
}

/** Asks for the end and waits for it. What became of the run, in one line. */
export async function cancel(call: Call, id: string): Promise<string> {
  const { data: before } = await call(getRun, { params: { id } })
  const { data: asked } = await call(cancelRun, { params: { id } })
  const run = await poll(async () => (await call(getRun, { params: { id: asked.id } })).data.run)
  return `${run.serverName}, run ${run.id}: ${outcome(before.run, run)}`
}

function outcome(before: Run, after: Run): string {
  const waited = "retryAt" in before && before.retryAt !== null
  if (waited) return "it is not tried again"
  return after.status === "cancelled" ? "cancelled" : `it was ${after.status} before it could be cancelled`
}
