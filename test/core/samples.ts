// Containers and jobs for the tests of decisions. Each sample takes what a test wants to be different.
import { jobIdOf, serverIdOf } from "../../controller/core/key.ts"
import { noWords, parseLabels } from "../../controller/core/labels.ts"
import { type DesiredJob, desiredJob } from "../../controller/core/schedule-plan.ts"
import type { DerivationSettings } from "../../controller/core/server.ts"
import type { ContainerFacts } from "../../controller/ports.ts"
import type { Engine } from "../../schemas/scalar.ts"

/** A running PostgreSQL of compose project shop, service db. */
export const aContainer = (changes: Partial<ContainerFacts> = {}): ContainerFacts => ({
  id: "c0ffee",
  name: "shop-db-1",
  image: "postgres:17",
  imageId: "sha256:0",
  state: "running",
  startedAt: "2026-03-01T00:00:00Z",
  envNames: ["POSTGRES_PASSWORD"],
  exposedPorts: ["5432/tcp"],
  ...changes,
  labels: {
    "com.docker.compose.project": "shop",
    "com.docker.compose.service": "db",
    "com.docker.compose.container-number": "1",
    ...changes.labels,
  },
})

/** The sample container with these `dbbackup.` labels, written without the prefix. */
export const labelled = (
  labels: Readonly<Record<string, string>>,
  changes: Partial<ContainerFacts> = {},
): ContainerFacts =>
  aContainer({
    ...changes,
    labels: {
      ...Object.fromEntries(Object.entries(labels).map(([key, value]) => [`dbbackup.${key}`, value])),
      ...changes.labels,
    },
  })

export const operator = (changes: Partial<DerivationSettings> = {}): DerivationSettings => ({
  prefix: "dbbackup",
  discovery: "labels",
  timeZone: "UTC",
  destinations: ["local", "offsite"],
  keys: [],
  ...noWords,
  ...changes,
})

/** As the real guess does for official images: by the image's name. */
export const guess = ({ image }: ContainerFacts): Engine | null =>
  (["postgres", "mysql", "mariadb"] as const).find((engine) => image.startsWith(engine)) ?? null

/** The default job of shop/db, as its labels (without the prefix) want it. */
export function aJob(labels: Readonly<Record<string, string>> = {}, server = "shop/db"): DesiredJob {
  const prefixed = Object.entries({ enable: "true", ...labels }).map(([key, value]) => [
    `dbbackup.${key}`,
    value,
  ])
  const parsed = parseLabels(Object.fromEntries(prefixed), "dbbackup", false)
  const spec = parsed.kind === "good" ? parsed.jobs[0]?.labels : undefined
  if (!spec) throw new Error(`the sample's labels are not good: ${JSON.stringify(parsed)}`)
  const id = serverIdOf(server)
  return desiredJob(
    jobIdOf(id, "default"),
    id,
    "default",
    spec,
    spec.timezone ?? "UTC",
    spec.destinations ?? ["local"],
  )
}
