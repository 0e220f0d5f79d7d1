// A configuration to be exported, and what another one would change here. Settings are changed where they are written, never from here.
import type { Configuration, ImportChange } from "../../schemas/configuration.ts"
import { portOf } from "../../schemas/outside.ts"
import type { SettingView } from "../../schemas/settings-view.ts"
import type { KeptBucket, KeptPolicy, KeptServer, Override } from "../ports.ts"
import { placeText } from "./destination-mistakes.ts"

/** What is in force here. */
export interface InForce {
  readonly settings: readonly SettingView[]
  readonly buckets: readonly Pick<KeptBucket, "name" | "place" | "keys">[]
  readonly policies: readonly Pick<KeptPolicy, "name" | "retention" | "description">[]
  readonly servers: readonly Pick<KeptServer, "name" | "place" | "password">[]
  readonly overrides: readonly Override[]
}

const withoutUsers = (text: string) => text.replaceAll(/:\/\/[^/@\s]*@/g, "://…@")

export function configurationOf(
  { settings, buckets, policies, servers, overrides }: InForce,
  settingsFile: string | null,
  program: string,
  at: Date,
): Configuration {
  return {
    formatVersion: 1,
    program,
    exportedAt: at.toISOString(),
    settingsFile: settingsFile === null ? null : withoutUsers(settingsFile),
    settings: settings
      .filter(({ source, value }) => source !== "default" && value !== "")
      .map(({ key, value, source }) => ({ key, value, source })),
    buckets: buckets.map(({ name, place, keys }) => ({ name, place, keys: keys ? "sealed" : "search" })),
    policies: policies.map(({ name, retention, description }) => ({
      ...{ name, retention },
      ...(description === null ? {} : { description }),
    })),
    servers: servers.map(({ name, place, password }) => ({
      ...{ name, place },
      password: password === null ? "none" : "sealed",
    })),
    schedules: overrides.map(({ jobId, enabled }) => ({ jobId, enabled })),
  }
}

/** @param names of every destination there is */
export function planImport(
  wanted: Configuration,
  here: InForce,
  names: readonly string[],
): readonly ImportChange[] {
  return [
    ...wanted.buckets.flatMap((bucket) => bucketChange(bucket, here, names)),
    ...policyChanges(wanted, here),
    ...serverChanges(wanted, here),
    ...scheduleChanges(wanted, here),
    ...settingChanges(wanted, here),
  ]
}

function bucketChange(
  { name, place, keys }: Configuration["buckets"][number],
  { buckets }: InForce,
  names: readonly string[],
): ImportChange[] {
  const change = (action: ImportChange["action"], detail: string): ImportChange[] => [
    { what: "bucket", name, action, detail },
  ]
  const known = buckets.find((bucket) => bucket.name === name)
  const text = (of: KeptBucket["place"]) => placeText({ type: "s3", ...of })
  if (known && text(known.place) === text(place)) return []
  if (known)
    return change(
      "by-hand",
      `is ${text(known.place)} here and ${text(place)} in the export: PUT /api/s3-configs changes it`,
    )
  if (names.includes(name)) return change("by-hand", "is a destination of the settings here")
  const enter = keys === "sealed" ? ", without its keys: enter them with PUT /api/s3-configs" : ""
  return change("add", `${text(place)}${enter}`)
}

function policyChanges(wanted: Configuration, { policies }: InForce): ImportChange[] {
  return wanted.policies.flatMap(({ name, retention }): ImportChange[] => {
    const known = policies.find((policy) => policy.name === name)
    if (known?.retention === retention) return []
    if (!known) return [{ what: "policy", name, action: "add", detail: retention }]
    const detail = `is ${known.retention} here and ${retention} in the export: PUT /api/retention-policies/${name} changes it`
    return [{ what: "policy", name, action: "by-hand", detail }]
  })
}

/** Never added by themselves: each is tried first, which takes its password. */
function serverChanges(wanted: Configuration, { servers }: InForce): ImportChange[] {
  return wanted.servers.flatMap(({ name, place, password }): ImportChange[] => {
    const known = servers.find((server) => server.name === name)
    if (known && JSON.stringify(known.place) === JSON.stringify(place)) return []
    const where = `${place.type} at ${place.host}:${portOf(place)}`
    const how = password === "sealed" ? "with its password" : "as it stands in the export"
    const detail = known
      ? `is another here than ${where} in the export: PUT /api/databases/${name} changes it`
      : `${where}: add it ${how}, with POST /api/databases or dbbackup servers add`
    return [{ what: "server", name, action: "by-hand", detail }]
  })
}

function scheduleChanges({ schedules }: Configuration, { overrides }: InForce): ImportChange[] {
  const here = new Map(overrides.map(({ jobId, enabled }) => [jobId as string, enabled]))
  return schedules.flatMap(({ jobId, enabled }): ImportChange[] => {
    const now = here.get(jobId)
    if (now === enabled) return []
    const name = jobId === "*" ? "every job" : jobId
    const words = enabled ? "runs, whatever its label says" : "is paused"
    return [{ what: "schedule", name, action: now === undefined ? "add" : "change", detail: words }]
  })
}

function settingChanges({ settings }: Configuration, here: InForce): ImportChange[] {
  const lines = new Map(here.settings.map((line) => [line.key, line]))
  return settings.flatMap(({ key, value }): ImportChange[] => {
    const line = lines.get(key)
    const now = line?.value ?? ""
    if (now === value) return []
    const isVariable = line?.source === "environment" || line?.variable === key
    const where = isVariable ? "the environment" : "dbbackup.yaml"
    const detail = `is ${now === "" ? "not set" : now} here and ${value} in the export: set it in ${where}`
    return [{ what: "setting", name: key, action: "by-hand", detail }]
  })
}

/** Buckets and policies to be added, as a request for each. */
export function toAdd({ buckets, policies }: Configuration, changes: readonly ImportChange[]) {
  const isAdded = (kind: ImportChange["what"], wanted: string) =>
    changes.some(({ what, action, name }) => what === kind && action === "add" && name === wanted)
  return {
    buckets: buckets
      .filter(({ name }) => isAdded("bucket", name))
      .map(({ name, place }) => ({ name, ...place })),
    policies: policies.filter(({ name }) => isAdded("policy", name)),
  }
}
