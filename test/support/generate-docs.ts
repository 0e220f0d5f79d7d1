// `bun run docs`: writes the tables of the README and of the references, and the JSON Schemas, from the zod objects that the controller parses with.
// `bun run docs --check` writes nothing, and fails when something differs.
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { z } from "zod"
import { openName } from "../../schemas/label-values.ts"
import {
  JobLabels,
  jobKeys,
  keyHeads,
  labelKeys,
  type OpenKey,
  openKeys,
  ServerLabels,
} from "../../schemas/labels.ts"
import { SealedManifest } from "../../schemas/manifest.ts"
import { type SettingField, settingFields } from "../../schemas/setting-fields.ts"
import { SettingsFile } from "../../schemas/settings.ts"
import { faultsDocument } from "./faults-document.ts"
import { repository } from "./places.ts"

type Property = {
  readonly description?: string
  readonly default?: unknown
  readonly enum?: readonly string[]
}

const vocabulary = z.toJSONSchema(z.strictObject({ ...ServerLabels.shape, ...JobLabels.shape }), {
  io: "input",
}).properties as Record<string, Property>

/** A key as the README shows it: `meta.<key>` ends in a name of the user's choice. */
function shownKey(key: string): string {
  return Object.hasOwn(openKeys, key) ? `${key}.${openKeys[key as OpenKey]}` : key
}

const escaped = (text: string) => text.replaceAll(".", "\\.")
const jobPattern = `(?!(?:${[...labelKeys, ...keyHeads].map(escaped).join("|")})\\.)[a-z0-9-]{1,32}\\.`

/** Labels without their prefix: flat, of named jobs, and with names of the user's choice. */
const labelsSchema = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  type: "object",
  properties: Object.fromEntries(Object.entries(vocabulary).filter(([key]) => !Object.hasOwn(openKeys, key))),
  patternProperties: Object.fromEntries([
    ...Object.keys(openKeys).map((key) => [
      `^(?:${jobPattern})?${escaped(key)}\\.${openName.source.slice(1)}`,
      { description: vocabulary[key]?.description, type: "string" },
    ]),
    ...jobKeys.map((key) => [`^${jobPattern}${escaped(key)}$`, { $ref: `#/properties/${key}` }]),
  ]),
  additionalProperties: false,
}
const manifestSchema = z.toJSONSchema(SealedManifest, { io: "input" })
const settingsSchema = fileSchema()

/** For editors of `dbbackup.yaml`. Values of labels may be written as numbers, truth values and lists there. */
function fileSchema() {
  const schema = z.toJSONSchema(SettingsFile, {
    io: "input",
    override: ({ jsonSchema }) => {
      delete jsonSchema.variable
      delete jsonSchema.needsRestart
      // Words such as true may be written as YAML's own.
      if (jsonSchema.type?.includes("boolean") && jsonSchema.enum) jsonSchema.enum.push(true, false)
    },
  })
  const labels = z.toJSONSchema(JobLabels, { io: "input" }).properties ?? {}
  const asYaml = Object.entries(labels).map(([key, label]) => [
    key,
    { ...(label as object), type: ["string", "number", "boolean", "array"] },
  ])
  const defaults = schema.properties?.defaults as object
  const properties = {
    ...schema.properties,
    defaults: {
      ...defaults,
      propertyNames: undefined,
      properties: Object.fromEntries(asYaml),
      additionalProperties: { type: "object" },
    },
  }
  return { ...schema, title: "dbbackup.yaml", properties, patternProperties: { "^x-": true } }
}

/** Few enough to be read at once; the reference has all. */
const mostUsedLabels = [
  ...["enable", "id", "type", "user", "password-env", "password-file", "databases", "globals", "schedule"],
  ...[
    "timezone",
    "retention",
    "destinations",
    "compress",
    "encrypt",
    "timeout",
    "max-age",
    "on-unavailable",
    "retries",
  ],
  ...["group", "hooks.pre", "hooks.post", "restore", "paused"],
]
const mostUsedVariables = [
  ...["PORT", "HOSTNAME", "DATABASE_PATH", "BACKUP_STORAGE_PATH", "TZ", "LOG_LEVEL", "AUTO_DISCOVER"],
  ...["DBBACKUP_MAX_CONCURRENT", "S3_BUCKET", "S3_REGION", "S3_ENDPOINT", "S3_ACCESS_KEY_ID"],
  ...["S3_SECRET_ACCESS_KEY", "DOCKER_HOST"],
]

function settingsTable(fields: readonly SettingField[]): string {
  const code = (text: string | null) => (text === null || text === "" ? "" : `\`${text}\``)
  const row = ({ path, variable, default: usual, description, needsRestart }: SettingField) =>
    `| ${code(path?.join(".") ?? null)} | ${code(variable)} | ${code(usual)} | ${description.replaceAll("|", "\\|")}${needsRestart && path ? " †" : ""} |`
  const head = ["| In `dbbackup.yaml` | Variable | Default | Meaning |", "|---|---|---|---|"]
  return [...head, ...fields.map(row)].join("\n")
}

function labelsTable(keys: readonly string[]): string {
  const rows = keys.map((key) => {
    const property = vocabulary[key]
    if (property === undefined) throw new Error(`there is no label ${key}`)
    const value = typeof property.default === "string" ? `\`${property.default}\`` : ""
    return `| \`${shownKey(key)}\` | ${value} | ${(property.description ?? "").replaceAll("|", "\\|")} |`
  })
  return ["| Key | Default | Meaning |", "|---|---|---|", ...rows].join("\n")
}

function withSection(text: string, name: string, body: string): string {
  const [begin, end] = [`<!-- generated: ${name} -->`, `<!-- end: ${name} -->`]
  const from = text.indexOf(begin)
  const to = text.indexOf(end)
  if (from < 0 || to < from) throw new Error(`there is no section ${name}`)
  return `${text.slice(0, from + begin.length)}\n${body}\n${text.slice(to)}`
}

function fieldOf(variable: string): SettingField {
  const field = settingFields.find((one) => one.variable === variable)
  if (field === undefined) throw new Error(`there is no variable ${variable}`)
  return field
}

/** What each generated file should hold, by its path. */
export function documents(): ReadonlyMap<string, string> {
  const written = (path: string) => readFileSync(join(repository, path), "utf8")
  const few = withSection(written("README.md"), "labels", labelsTable(mostUsedLabels))
  const json = (schema: unknown) => `${JSON.stringify(schema, null, 2)}\n`
  return new Map([
    ["README.md", withSection(few, "settings", settingsTable(mostUsedVariables.map(fieldOf)))],
    [
      "schemas/labels.md",
      withSection(written("schemas/labels.md"), "labels", labelsTable(Object.keys(vocabulary))),
    ],
    [
      "schemas/settings.md",
      withSection(written("schemas/settings.md"), "settings", settingsTable(settingFields)),
    ],
    ["docs/faults.md", faultsDocument()],
    ["schemas/json/labels.schema.json", json(labelsSchema)],
    ["schemas/json/settings.schema.json", json(settingsSchema)],
    ["schemas/json/manifest.schema.json", json(manifestSchema)],
  ])
}

if (import.meta.main) {
  for (const [path, text] of documents()) {
    if (!process.argv.includes("--check")) writeFileSync(join(repository, path), text)
    else if (readFileSync(join(repository, path), "utf8") !== text)
      throw new Error(`${path} differs from the schemas: run bun run docs`)
  }
}
