// What PostgreSQL says that the tools of this program are at, in the database that is asked: by their application name.
import { z } from "zod"
import type { ToolOutcome } from "../ports.ts"
import { noAnswer, type Standing, sessionWords } from "./standing.ts"

const mostHolders = 3

/** One line of JSON. Sessions of others show little to who is not a superuser; their statements, which hold data, are never asked for. */
export const describeStanding = `select coalesce(json_agg(json_build_object(
  'state', a.state, 'waits', a.wait_event_type, 'event', a.wait_event,
  'relation', (select l.relation::regclass::text from pg_locks l where l.pid = a.pid and not l.granted
    and l.database = (select oid from pg_database where datname = current_database()) limit 1),
  'holders', (select json_agg(json_build_object('id', b.pid, 'user', b.usename, 'application', b.application_name, 'state', b.state,
    'seconds', round(extract(epoch from clock_timestamp() - b.xact_start)))) from pg_stat_activity b where b.pid = any(pg_blocking_pids(a.pid)))
)), '[]') from pg_stat_activity a where a.application_name = 'dbbackup' and a.backend_type = 'client backend' and a.pid <> pg_backend_pid()
  and (a.datname = current_database() or current_database() in ('postgres', 'template1'))`

const Holder = z.object({
  id: z.number(),
  user: z.string().nullable(),
  application: z.string().nullable(),
  state: z.string().nullable(),
  seconds: z.number().nullable(),
})
const Session = z.object({
  state: z.string().nullable(),
  waits: z.string().nullable(),
  event: z.string().nullable(),
  relation: z.string().nullable(),
  holders: z.array(Holder).nullable(),
})

export function readPostgresStanding({ code, stdout }: ToolOutcome): Standing {
  if (code !== 0) return noAnswer
  const sessions = z.array(Session).parse(JSON.parse(stdout))
  const held = sessions.find(({ waits, holders }) => waits === "Lock" || (holders ?? []).length > 0)
  if (held) {
    const what = held.relation === null ? "a lock" : `a lock on ${held.relation}`
    const holders = (held.holders ?? [])
      .slice(0, mostHolders)
      .map(({ id, user, application, state, seconds }) =>
        sessionWords(id, [user && `user ${user}`, application, state], seconds),
      )
    return {
      state: "held-up",
      text: `waits for ${what}${holders.length > 0 ? ` that is held by ${holders.join(", ")}` : ""}`,
    }
  }
  const busy = sessions.find(({ state, waits }) => state === "active" && waits !== "Client")
  if (busy) {
    const on = busy.event === null ? "" : `, waiting for ${busy.waits} ${busy.event}`
    return { state: "at-work", text: `waits for the server, which is at work${on}` }
  }
  if (sessions.length === 0) return { state: "unknown", text: "has no session in the server" }
  return { state: "idle", text: "is silent while the server waits for it" }
}
