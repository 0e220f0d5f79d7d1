// What a person fills in to add a server outside Docker, and the request that it becomes.
import type { NewServer } from "../../lib/queries/outside.ts"

export const emptyForm = {
  name: "",
  type: "postgresql" as "postgresql" | "mysql" | "mariadb",
  host: "",
  port: "",
  user: "",
  password: "",
  mode: "verify-full" as "verify-full" | "verify-ca" | "require" | "disable",
  ca: "",
  schedule: "",
}
export type Form = typeof emptyForm

/** What is left empty is not said: the controller has its defaults for it. */
export function requestOf({ name, type, host, port, user, password, mode, ca, schedule }: Form): NewServer {
  const checks = mode === "verify-full" || mode === "verify-ca"
  return {
    ...{ name: name.trim(), type, host: host.trim(), user: user.trim() },
    ...(port.trim() !== "" && { port: Number(port) }),
    ...(password !== "" && { password }),
    tls: { mode, ...(checks && ca.trim() !== "" && { ca }) },
    ...(schedule.trim() !== "" && { labels: { schedule: schedule.trim() } }),
  }
}

export const isComplete = ({ name, host, user }: Form): boolean =>
  [name, host, user].every((text) => text.trim() !== "")
