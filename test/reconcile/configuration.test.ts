// What is exported of one controller, and what it changes in another: on real catalogues, with real buckets of the API.
import { afterEach, beforeEach, expect, test } from "bun:test"
import type { Destination } from "../../controller/ports.ts"
import { createBucketConfigs } from "../../controller/reconcile/bucket-configs.ts"
import { createConfiguration } from "../../controller/reconcile/configuration.ts"
import { createPauses } from "../../controller/reconcile/pauses.ts"
import { createRetentionPolicies } from "../../controller/reconcile/retention-policies.ts"
import { openSettings } from "../../controller/settings/source.ts"
import { createVault } from "../../controller/state/vault.ts"
import { Configuration } from "../../schemas/configuration.ts"
import { type Fixture, job, minute, temporaryCatalogue } from "../state/samples.ts"
import { memoryDestination } from "../support/memory-destination.ts"

const opened: Fixture[] = []
afterEach(() => {
  for (const fixture of opened.splice(0)) fixture.remove()
})
const vault = createVault("correct horse battery staple, thirty-two")

function controller(env: Record<string, string> = {}, file: string | null = null) {
  const fixture = temporaryCatalogue()
  opened.push(fixture)
  const { catalogue } = fixture
  const destinations = new Map<string, Destination>([["local", memoryDestination("local")]])
  let ids = 0
  const buckets = createBucketConfigs({
    ...{ store: catalogue, vault, destinations, set: [], jobs: () => [], log() {}, changed() {} },
    connect: (name) => ({ destination: memoryDestination(name), buckets: async () => [] }),
    clock: () => minute(0),
    newId: () => `c${ids++}`,
  })
  const pauses = createPauses(
    catalogue,
    () => minute(1),
    () => false,
    () => {},
  )
  const policies = createRetentionPolicies({
    ...{ store: catalogue, catalogue, clock: () => minute(0), changed() {}, set: () => new Map() },
    world: { derived: () => undefined, databases: () => [], jobs: () => [] },
  })
  const settings = openSettings(env, "box", () => minute(0), "/nowhere.yaml")
  const configuration = createConfiguration({
    ...{ catalogue, buckets, policies, actions: pauses, destinations, program: "dbbackup 0.1.0" },
    settings: () => settings.view().settings,
    settingsFile: () => file,
    clock: () => minute(5),
  })
  return { catalogue, buckets, policies, pauses, configuration }
}
let from: ReturnType<typeof controller>
const keys = { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG" }
beforeEach(() => {
  from = controller(
    { LOG_LEVEL: "debug", ENCRYPTION_KEY: "a secret of thirty-two characters!" },
    "s3: {endpoint: https://me:pw@s3.example.com}",
  )
  from.buckets.add({
    name: "offsite",
    bucket: "backups",
    region: "eu-west-1",
    prefix: "host-1",
    ...keys,
  } as never)
  from.policies.add({ name: "gold", retention: "30d 12m", description: "for what is audited" })
  from.catalogue.saveKeptServer({
    name: "legacy",
    place: {
      type: "mysql",
      host: "db.example.com",
      user: "backup",
      tls: { mode: "verify-full" },
      labels: {},
    },
    password: vault.seal("the password of legacy", "server:legacy:password"),
    ...{ createdAt: minute(0), updatedAt: minute(0) },
  })
  from.pauses.overrideSchedule(job, false)
  from.pauses.pauseAll(true)
})

/** As it comes from a file. */
const exported = () => Configuration.parse(JSON.parse(JSON.stringify(from.configuration.export())))

test("an export holds what is set and what people decided, and no secret", () => {
  const made = exported()
  expect(made).toMatchObject({
    exportedAt: minute(5).toISOString(),
    settingsFile: "s3: {endpoint: https://…@s3.example.com}",
    buckets: [
      {
        name: "offsite",
        place: { bucket: "backups", region: "eu-west-1", prefix: "host-1" },
        keys: "sealed",
      },
    ],
    policies: [{ name: "gold", retention: "30d 12m", description: "for what is audited" }],
    servers: [{ name: "legacy", place: { host: "db.example.com" }, password: "sealed" }],
    schedules: [
      { jobId: "*", enabled: false },
      { jobId: job, enabled: false },
    ],
  })
  expect(made.settings).toContainEqual({ key: "logLevel", value: "debug", source: "environment" })
  expect(made.settings).toContainEqual({ key: "ENCRYPTION_KEY", value: "set", source: "environment" })
  const text = JSON.stringify(made)
  for (const secret of [...Object.values(keys), "MPLE", "a secret of", "v1:", "me:pw", "the password of"])
    expect(text).not.toContain(secret)
})

test("where everything is so already, nothing changes", () => {
  expect(from.configuration.import(exported(), true)).toEqual({ changes: [], done: false })
})

test("a plan changes nothing; carried out, buckets and pauses are there, and settings are said", () => {
  const to = controller({ LOG_LEVEL: "warn" })
  const plan = to.configuration.import(exported(), true)
  expect(plan.changes).toEqual([
    {
      ...{ what: "bucket", name: "offsite", action: "add" },
      detail: expect.stringContaining("without its keys: enter them with PUT /api/s3-configs"),
    },
    { what: "policy", name: "gold", action: "add", detail: "30d 12m" },
    {
      ...{ what: "server", name: "legacy", action: "by-hand" },
      detail:
        "mysql at db.example.com:3306: add it with its password, with POST /api/databases or dbbackup servers add",
    },
    { what: "schedule", name: "every job", action: "add", detail: "is paused" },
    { what: "schedule", name: job, action: "add", detail: "is paused" },
    {
      ...{ what: "setting", name: "logLevel", action: "by-hand" },
      detail: "is warn here and debug in the export: set it in the environment",
    },
    {
      ...{ what: "setting", name: "ENCRYPTION_KEY", action: "by-hand" },
      detail: "is not set here and set in the export: set it in the environment",
    },
  ] as never)
  expect(to.buckets.list()).toEqual([])
  expect(to.catalogue.overrides()).toEqual([])

  expect(to.configuration.import(exported(), false).done).toBe(true)
  expect(to.buckets.list()).toMatchObject([
    { name: "offsite", bucket: "backups", prefix: "host-1", keys: "search" },
  ])
  expect(to.policies.list()).toMatchObject([{ name: "gold", retention: "30d 12m" }])
  expect(to.pauses.forAll()).toBe("person")
  expect(to.catalogue.overrides()).toHaveLength(2)
  expect(to.configuration.import(exported(), true).changes.map(({ what }) => what)).toEqual([
    "server",
    "setting",
    "setting",
  ])
})

test("a bucket of the same name that is another place is left as it is", () => {
  const to = controller()
  to.buckets.add({ name: "offsite", bucket: "other", region: "us-east-1" } as never)
  const [change] = to.configuration.import(exported(), false).changes
  expect(change).toMatchObject({ what: "bucket", action: "by-hand" })
  expect(to.buckets.list()).toMatchObject([{ bucket: "other" }])
})
