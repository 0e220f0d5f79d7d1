// Who a container is: which server it stands for, and whether it stands for one at all.
import { ServerLabels } from "../../schemas/labels.ts"
import type { ServerId } from "../../schemas/server.ts"
import type { ContainerFacts } from "../ports.ts"
import { serverIdOf } from "./key.ts"

export interface Identity {
  readonly id: ServerId
  readonly name: string
  readonly project: string | null
  readonly service: string | null
}

/** `dbbackup.id`, else compose project/service (and the number above 1), else the container's name: never its id. */
export function identityOf({ labels, name: containerName }: ContainerFacts, prefix: string): Identity {
  const project = labels["com.docker.compose.project"] ?? null
  const service = labels["com.docker.compose.service"] ?? null
  const number = labels["com.docker.compose.container-number"] ?? "1"
  const composed = project && service ? `${project}/${service}${number === "1" ? "" : `/${number}`}` : null
  // An id with a mistake names nothing: the container keeps the name, and the last good labels, it has without one.
  const given = ServerLabels.shape.id.safeParse(labels[`${prefix}.id`]).data
  const name = given ?? composed ?? containerName
  return { id: serverIdOf(name), name, project, service }
}

/** One-off containers of compose, and helpers, also those of a controller with another prefix. */
export function isIgnored({ labels }: ContainerFacts, prefix: string): boolean {
  const internal = [`${prefix}.internal`, "dbbackup.internal"]
  return labels["com.docker.compose.oneoff"] === "True" || internal.some((key) => labels[key] === "true")
}

/** Whether the container is there to be dumped, now or when it is resumed. */
export function isLive({ state }: ContainerFacts): boolean {
  return ["running", "paused", "restarting"].includes(state)
}
