// What was asked for by its id, or a 404 that says where to look.
import { Fault } from "../core/fault.ts"

/** `what` is such as "backup", `list` the path that lists them. */
export function found<T>(value: T | undefined, what: string, id: string, list: `/api/${string}`): T {
  if (value !== undefined) return value
  throw new Fault("not-found", `there is no ${what} ${id}`, { hint: `List them with GET ${list}.` })
}
