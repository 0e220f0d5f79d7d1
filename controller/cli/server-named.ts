// The server that a person means, by its name or its id.
import { listServers } from "../../schemas/api.ts"
import type { ServerId } from "../../schemas/server.ts"
import { Fault } from "../core/fault.ts"
import type { Call } from "./client.ts"

/** Throws a Fault `not-found`, with those there are. */
export async function serverNamed(call: Call, name: string): Promise<ServerId> {
  const { data } = await call(listServers)
  const server = data.find((each) => each.name === name || each.id === name)
  if (server) return server.id
  throw new Fault("not-found", `there is no server ${name}`, {
    hint: `There are: ${data.map((each) => each.name).join(", ") || "none"}.`,
  })
}
