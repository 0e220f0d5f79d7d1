// A server that has no container, in the shape of one: so it gets its jobs, schedules and retention the way every server does.
import { type OutsideServer, portOf } from "../../schemas/outside.ts"
import type { ContainerFacts } from "../ports.ts"

const mark = "outside:"

/** Whether the id is of a server that has no container. */
export const isOutside = (containerId: string): boolean => containerId.startsWith(mark)

/** Its id changes with where it is: then it is looked into anew. */
export function outsideContainers(
  servers: ReadonlyMap<string, OutsideServer>,
  prefix: string,
): readonly ContainerFacts[] {
  return [...servers].map(([name, server]) => {
    const { type, host, user, tls } = server
    const place = `${host}:${portOf(server)}`
    const labels = { ...server.labels, enable: "true", id: name, type, user }
    return {
      id: `${mark}${name}@${place}/${tls.mode}`,
      name,
      image: `${type} at ${place}`,
      imageId: "",
      labels: Object.fromEntries(Object.entries(labels).map(([key, value]) => [`${prefix}.${key}`, value])),
      state: "running",
      startedAt: null,
      envNames: [],
      exposedPorts: [],
      outside: server,
    }
  })
}
