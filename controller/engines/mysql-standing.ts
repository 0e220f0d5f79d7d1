// What MySQL and MariaDB say that the sessions of our user in a database are at. Neither names the tool of a session everywhere.
import type { ToolOutcome } from "../ports.ts"
import { fromHex } from "./mysql-sql.ts"
import { noAnswer, type Standing, sessionWords } from "./standing.ts"

const mostHolders = 3

/** Rows: whether it is our user, id, user, command, state, seconds. Statements, which hold data, are never asked for. */
export const describeStanding = (database: string): string => `set session sql_mode = '';
select 'session', user = substring_index(current_user(), '@', 1), id, hex(user), command, hex(coalesce(state, '')), time
from information_schema.processlist where id <> connection_id() and command <> 'Daemon' and db = ${database} order by time desc`

export function readMysqlStanding({ code, stdout }: ToolOutcome): Standing {
  if (code !== 0) return noAnswer
  const sessions = stdout
    .split("\n")
    .map((line) => line.split("\t"))
    .filter(([key]) => key === "session")
    .map(([, own, id, user, command = "", state, seconds]) => ({
      own: own === "1",
      id: Number(id),
      user: fromHex(user),
      command,
      state: fromHex(state),
      seconds: Number(seconds),
    }))
  const isHeld = ({ state }: { readonly state: string }) => /^waiting for .*lock|^user lock$/i.test(state)
  const held = sessions.find((session) => session.own && isHeld(session))
  if (held) {
    const others = sessions
      .filter((session) => session !== held && !isHeld(session))
      .slice(0, mostHolders)
      .map(({ id, user, command, seconds }) =>
        sessionWords(id, [`user ${user}`, command.toLowerCase()], seconds),
      )
    const whose = others.length > 0 ? `; sessions that may hold it: ${others.join(", ")}` : ""
    return { state: "held-up", text: `waits in the server: ${held.state.toLowerCase()}${whose}` }
  }
  const own = sessions.filter((session) => session.own)
  const busy = own.find(
    ({ command, state }) => command !== "Sleep" && !/^(sending to client|writing to net)/i.test(state),
  )
  if (busy)
    return {
      state: "at-work",
      text: `waits for the server, which is at work${busy.state === "" ? "" : `: ${busy.state.toLowerCase()}`}`,
    }
  if (own.length === 0) return { state: "unknown", text: "has no session in that database" }
  return { state: "idle", text: "is silent while the server waits for it" }
}
