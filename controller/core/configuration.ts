// A configuration to be exported, and what another one would change here. Settings are changed where they are written, never from here.
import type { Configuration, ImportChange } from "../../schemas/configuration.ts"
import type { SettingView } from "../../schemas/settings-view.ts"
import type { KeptBucket, Override } from "../ports.ts"
import { placeText } from "./destination-mistakes.ts"

/** What is in force here. */
export interface InForce {
  readonly settings: readonly SettingView[]
  readonly buckets: readonly Pick<KeptBucket, "name" | "place" | "keys">[]
  readonly overrides: readonly Override[]
}

const withoutUsers = (text: string) => text.replaceAll(/:\/\/[^/@\s]*@/g, "://…@")

export function configurationOf(
  { settings, buckets, overrides }: InForce,
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

/** Buckets to be added, as a request for each. */
export function bucketsToAdd(wanted: Configuration, changes: readonly ImportChange[]) {
  const added = new Set(
    changes.flatMap(({ what, action, name }) => (what === "bucket" && action === "add" ? [name] : [])),
  )
  return wanted.buckets.filter(({ name }) => added.has(name)).map(({ name, place }) => ({ name, ...place }))
}
