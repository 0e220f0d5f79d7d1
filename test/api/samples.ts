// The API with a real catalogue on a temporary file, and a small world made by hand around it.
import { createHash } from "node:crypto"
import { createApp } from "../../controller/api/app.ts"
import { createEventHub } from "../../controller/api/event-hub.ts"
import type { Router } from "../../controller/api/router.ts"
import type { Services } from "../../controller/api/services.ts"
import { Fault } from "../../controller/core/fault.ts"
import { deriveServers } from "../../controller/core/server.ts"
import type { EventHub, Health } from "../../controller/ports.ts"
import { createBucketConfigs } from "../../controller/reconcile/bucket-configs.ts"
import { createConfiguration } from "../../controller/reconcile/configuration.ts"
import { createKeptServers } from "../../controller/reconcile/kept-servers.ts"
import { createMaintenance } from "../../controller/reconcile/maintenance.ts"
import { createRetentionPolicies } from "../../controller/reconcile/retention-policies.ts"
import { createVerifications } from "../../controller/reconcile/verifications.ts"
import { openSettings } from "../../controller/settings/source.ts"
import { type OpenCatalogue, openCatalogue } from "../../controller/state/open.ts"
import type { BackupId } from "../../schemas/backup.ts"
import type { JobView } from "../../schemas/job.ts"
import { noRetention } from "../../schemas/retention.ts"
import type { Database, Server } from "../../schemas/server.ts"
import { guess, labelled, operator } from "../core/samples.ts"
import {
  aBackup,
  aManifest,
  aRun,
  job,
  keyOf,
  minute,
  planned,
  server,
  shop,
  storedCopy,
  temporaryCatalogue,
} from "../state/samples.ts"
import { orphanCareOf } from "../support/orphan-care.ts"
import { type MemoryDestination, memoryDestination } from "./memory-destination.ts"
import { actionsOn } from "./recording-actions.ts"

export const theServer: Server = {
  id: server,
  name: "shop/db",
  engine: "postgres",
  serverVersion: "17.6",
  managed: "label",
  project: "shop",
  service: "db",
  container: { id: "c1", name: "shop-db-1", image: "postgres:17", state: "running" },
  state: "active",
  why: "It has dbbackup.enable=true.",
  problems: [],
  jobs: ["default"],
  suggestedLabels: null,
}

export const theDatabase: Database = {
  id: shop,
  name: "shop",
  kind: "database",
  engine: "postgres",
  server: theServer,
  managed: "label",
  state: "fresh",
  jobs: ["default"],
  problems: [],
  lastBackup: null,
  lastAttempt: null,
  suspect: null,
  heldPrune: null,
  lastDrill: null,
  drillWithoutVerdict: null,
  overdueDrill: null,
  nextRunAt: minute(60).toISOString(),
}

/** The server as its labels say it, with a policy that is named. */
const theDerived = deriveServers(
  [labelled({ enable: "true", retention: "gold" }, { name: "shop-db-1", image: "postgres:17" })],
  operator({ policies: new Map([["gold", { ...noRetention, daily: 30 }]]) }),
  new Map(),
  guess,
)[0]

export const theJob: JobView = {
  id: job,
  name: "default",
  serverId: server,
  serverName: "shop/db",
  managed: "label",
  enabled: true,
  pausedBy: null,
  type: "daily",
  schedule: "daily",
  cron: "0 2 * * *",
  timeZone: "UTC",
  retention: { ...noRetention, daily: 7 },
  destinations: ["local"],
  nextRunAt: minute(60).toISOString(),
  settings: [
    { key: "schedule", value: "daily", source: "default" },
    { key: "retention", value: "gold", source: "label" },
  ],
}

export interface World {
  readonly app: Router
  readonly catalogue: OpenCatalogue
  readonly events: EventHub
  readonly local: MemoryDestination
  readonly offsite: MemoryDestination
  readonly log: { readonly level: string; readonly message: string; readonly fields: unknown }[]
  readonly services: Services
  remove(): void
}

type Changes = Partial<Omit<Services, "info" | "catalogue" | "events">> & {
  readonly info?: Partial<Services["info"]>
}

const neverAdded = () => {
  throw new Error("no bucket is added here")
}

export function aWorld(changes: Changes = {}): World {
  const file = temporaryCatalogue()
  const events = createEventHub()
  const catalogue = openCatalogue(file.path, events)
  const local = memoryDestination("local")
  const offsite = memoryDestination("offsite", "s3")
  const log: World["log"] = []
  const services: Services = {
    catalogue,
    events,
    actions: actionsOn(catalogue),
    health: health(local),
    clock: () => minute(10),
    log: (level, message, fields) => void log.push({ level, message, fields }),
    view: {
      servers: () => [theServer],
      databases: () => [theDatabase],
      jobs: () => {
        const said = catalogue.overrides().find(({ jobId }) => jobId === "*" || jobId === job)
        return [said?.enabled === false ? { ...theJob, enabled: false, pausedBy: "person" } : theJob]
      },
      nextRuns: (_id, count) => Array.from({ length: count }, (_, n) => minute(60 * (n + 1))),
      verdict: () => ({ level: "ok", sentence: "All 1 databases are backed up.", attention: [] }),
      pausedForAll: () => null,
    },
    settings: openSettings({}, "box", () => minute(0)).view,
    discover: async () => {},
    copyToBuckets() {},
    rebuilding: {
      begin: (destination) => ({
        status: "running",
        destination,
        startedAt: minute(0).toISOString(),
        found: 0,
        read: 0,
      }),
      state: () => ({ status: "never" }),
    },
    verifications: createVerifications({
      ...{ catalogue, events, log: () => {}, levels: ["checksum", "read"] },
      clock: () => minute(10),
      newId: () => "v1",
      run: async (backup, { level, destination }) => ({
        results: [
          {
            ...{
              level,
              destination: destination ?? "local",
              outcome: "passed",
              report: ["all bytes were read"],
            },
            ...{ startedAt: minute(10).toISOString(), finishedAt: minute(10).toISOString() },
            readBytes: backup.proof.storedBytes,
          },
        ],
        error: null,
      }),
      signal: new AbortController().signal,
    }),
    confirmPrune() {},
    importDump: async () => {
      throw new Fault("import-refused", "nothing is taken in here")
    },
    orphans: orphanCareOf([local, offsite], catalogue),
    configuration: createConfiguration({
      ...{
        catalogue,
        buckets: { add: neverAdded },
        policies: { add: neverAdded },
        actions: actionsOn(catalogue),
        destinations: new Map(),
      },
      ...{ settings: () => [], settingsFile: () => null, program: "dbbackup 0.1.0", clock: () => minute(10) },
    }),
    catalogueCare: {
      state: () => ({ bytes: 4096, problem: null, mending: null, copies: [], nextCopyAt: null }),
      problem: () => null,
      async copyNow() {},
      maintain: createMaintenance({
        ...{ catalogue, log: () => {}, clock: () => minute(10), logSeconds: () => 60 },
        queue: { counts: () => ({ running: 0, queued: 0, maxConcurrent: 3 }) },
      }),
    },
    buckets: createBucketConfigs({
      store: catalogue,
      vault: null,
      destinations: new Map(),
      set: [
        {
          name: "s3",
          place: { bucket: "backups", region: "us-east-1" },
          keys: "search",
          connection: { destination: memoryDestination("s3", "s3"), buckets: async () => ["backups"] },
        },
      ],
      connect: (name) => ({ destination: memoryDestination(name, "s3"), buckets: async () => [] }),
      jobs: () => [theJob],
      clock: () => minute(10),
      newId: () => "b1",
      log() {},
      changed() {},
    }),
    outside: createKeptServers({
      ...{ store: catalogue, vault: null, clock: () => minute(10), log() {}, changed() {} },
      world: {
        derived: () => undefined,
        require() {
          throw new Error("no server was seen")
        },
        learn() {},
      },
      ...{ set: () => new Map(), derivation: () => operator(), seen: () => false, isAtWork: () => false },
      look: async () => {
        throw new Error("nothing to look at")
      },
    }),
    retentionPolicies: createRetentionPolicies({
      ...{ store: catalogue, catalogue, clock: () => minute(10), changed() {} },
      set: () => new Map([["gold", { ...noRetention, daily: 30 }]]),
      world: { derived: () => theDerived, databases: () => [theDatabase], jobs: () => [theJob] },
    }),
    destination: (name) => [local, offsite].find((destination) => destination.name === name),
    staticFiles: null,
    ...changes,
    info: {
      version: "0.1.0",
      startedAt: minute(0),
      listening: { address: "127.0.0.1", port: 3000, loopbackOnly: true },
      discovery: "labels",
      labelPrefix: "dbbackup",
      timeZone: "UTC",
      ...changes.info,
    },
  }
  return {
    app: createApp(services),
    catalogue,
    events,
    local,
    offsite,
    log,
    services,
    remove() {
      catalogue.close()
      file.remove()
    },
  }
}

const health = (local: MemoryDestination): Health => ({
  docker: () => ({
    state: "connected",
    endpoint: "unix:///var/run/docker.sock",
    version: "20.10",
    seenAt: minute(9).toISOString(),
    problem: null,
  }),
  destinations: async (signal) => [await local.check(signal)],
  queue: () => ({ running: 0, queued: 0, maxConcurrent: 3 }),
  ready: async () => [{ name: "sqlite", ok: true, detail: "writable" }],
})

/** A good backup whose bytes really lie at the destinations, with their true hash. */
export function storeBackup(
  world: World,
  id: string,
  bytes: Buffer,
  at: readonly MemoryDestination[] = [world.local],
) {
  const { catalogue } = world
  const run = aRun(`run-${id}`)
  const key = keyOf(id)
  catalogue.addRun(run)
  catalogue.addBackup(aBackup(id, run.id))
  catalogue.startRun(run.id, minute(1))
  catalogue.startBackup(id as BackupId, minute(1), planned(id))
  const sha256 = createHash("sha256").update(bytes).digest("hex")
  const manifest = aManifest(id, run.id)
  const proof = { ...manifest.proof, storedBytes: bytes.length, storedSha256: sha256 }
  catalogue.finishBackup(id as BackupId, minute(2), {
    status: "completed",
    manifest: { ...manifest, proof },
    copies: at.map(({ name }) => storedCopy(id, name)),
  })
  catalogue.finishRun(run.id, minute(2), { status: "completed" })
  for (const { objects } of at) objects.set(key, bytes)
  return { key, sha256 }
}

export interface Reply {
  readonly status: number
  readonly headers: Headers
  // biome-ignore lint/suspicious/noExplicitAny: a test states what it expects of it
  readonly body: any
}

/** A request as a client that is no browser sends it; `json` becomes the body. */
export async function ask(
  { app }: Pick<World, "app">,
  path: string,
  init: RequestInit & { readonly json?: unknown } = {},
): Promise<Reply> {
  const { json, ...rest } = init
  const sent =
    json === undefined
      ? rest
      : {
          ...rest,
          body: JSON.stringify(json),
          headers: { "content-type": "application/json", ...rest.headers },
        }
  const response = await app.request(path, sent)
  const isJson = response.headers.get("content-type")?.includes("json") ?? false
  return {
    status: response.status,
    headers: response.headers,
    body: isJson ? await response.json() : await response.text(),
  }
}
