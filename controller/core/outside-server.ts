// A server that has no container, in the shape of one: so it gets its jobs, schedules and retention the way every server does.
import { portOf } from "../../schemas/outside.ts"
import type { Managed, OutsideView } from "../../schemas/server.ts"
import type { ContainerFacts, Outside } from "../ports.ts"

const mark = "outside:"

/** Whether the id is of a server that has no container. */
export const isOutside = (containerId: string): boolean => containerId.startsWith(mark)

/** Who can change the server that stands in the place of a container, or is one. */
export const managedBy = ({ outside }: Pick<ContainerFacts, "outside">): Managed =>
  outside ? (outside.managed ?? "file") : "label"

/** For people: without a secret, or where a file of one is. */
export function outsideView(server: Outside): OutsideView {
  const { host, user, tls, labels, passwordFile, passwordVariable, openPassword } = server
  const ca = tls.ca ? "given" : tls.caFile ? "file" : "browsers"
  const checks = tls.mode === "verify-ca" || tls.mode === "verify-full"
  return {
    host,
    port: portOf(server),
    user,
    tls: { mode: tls.mode, ca: checks ? ca : null },
    password: openPassword ? "sealed" : passwordFile ? "file" : passwordVariable ? "variable" : "none",
    labels: { ...labels },
  }
}

/** Its id changes with where it is: then it is looked into anew. */
export function outsideContainers(
  servers: ReadonlyMap<string, Outside>,
  prefix: string,
): readonly ContainerFacts[] {
  return [...servers].map(([name, server]) => {
    const { type, host, user, tls } = server
    const place = `${host}:${portOf(server)}`
    const labels = { ...server.labels, enable: "true", id: name, type, user }
    return {
      id: `${mark}${name}@${place}/${tls.mode}${server.revision ? `#${server.revision}` : ""}`,
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
