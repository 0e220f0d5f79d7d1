// The settings one by one, as their schemas declare them: where each is written, its check, its default.
import type { z } from "zod"
import { EnvironmentOnly, SettingsFile } from "./settings.ts"

export interface SettingField {
  /** Where it stands in the file, `["server", "port"]`; null for what only the environment holds. */
  readonly path: readonly string[] | null
  /** The variable that goes before the file; null for what only the file holds. */
  readonly variable: string | null
  readonly schema: z.ZodType
  readonly description: string
  /** As the operator would write it; null when there is none. */
  readonly default: string | null
  readonly needsRestart: boolean
  readonly secret: boolean
}

interface Definition {
  readonly type: string
  readonly innerType?: z.ZodType
  readonly shape?: Readonly<Record<string, z.ZodType>>
  readonly defaultValue?: unknown
}
const definitionOf = (schema: z.ZodType) => schema.def as unknown as Definition

/** The keys below a section; undefined for what is no section. */
export function shapeOf(schema: z.ZodType): Readonly<Record<string, z.ZodType>> | undefined {
  const { type, innerType, shape } = definitionOf(schema)
  return type === "prefault" && innerType ? shapeOf(innerType) : shape
}

function fieldsIn(schema: z.ZodType, path: readonly string[]): readonly SettingField[] {
  const shape = shapeOf(schema)
  if (shape) return Object.entries(shape).flatMap(([key, inner]) => fieldsIn(inner, [...path, key]))
  return [fieldOf(schema, path, null)]
}

function fieldOf(schema: z.ZodType, path: readonly string[] | null, variable: string | null): SettingField {
  const meta = schema.meta() ?? {}
  const { type, defaultValue } = definitionOf(schema)
  return {
    path,
    variable: variable ?? ((meta.variable as string | undefined) || null),
    schema,
    description: meta.description ?? "",
    default: type === "prefault" && typeof defaultValue === "string" ? defaultValue : null,
    needsRestart: meta.needsRestart === true,
    secret: meta.secret === true,
  }
}

/** Every setting of the file, in its order, then those of the environment alone. */
export const settingFields: readonly SettingField[] = [
  ...fieldsIn(SettingsFile, []),
  ...Object.entries(EnvironmentOnly.shape).map(([name, schema]) => fieldOf(schema, null, name)),
]

/** Every variable that is read, each also with `_FILE` behind its name. */
export const settingVariables: readonly string[] = settingFields.flatMap(({ variable }) => variable ?? [])
