// The settings in force as the API shows them: each with where it is from; and what is wrong with the file.
import { z } from "zod"
import { Problem } from "./errors.ts"
import { Instant } from "./scalar.ts"

export const SettingSource = z.enum(["environment", "file", "default"])
export type SettingSource = z.output<typeof SettingSource>

export const SettingView = z.object({
  /** As in the file, `server.port`; the variable's name for what only the environment holds. */
  key: z.string(),
  /** The variable that goes before the file; null when there is none. */
  variable: z.string().nullable(),
  /** As the operator would write it. Of a secret only `set`. Empty: not set. */
  value: z.string(),
  source: SettingSource,
  needsRestart: z.boolean(),
  /** What it will be after a restart; null when that is what it is now. */
  afterRestart: z.string().nullable(),
  description: z.string(),
})
export type SettingView = z.output<typeof SettingView>

/** One thing that is wrong with the file. Line and column count from 1. */
export const FileMistake = z.object({
  line: z.number().int(),
  column: z.number().int(),
  key: z.string(),
  message: z.string(),
  hint: z.string().nullable(),
})
export type FileMistake = z.output<typeof FileMistake>

export const SettingsView = z.object({
  file: z.object({
    path: z.string(),
    /** `absent`: there is none, and none is needed. `remembered`: it is bad, its last good text is in force. */
    state: z.enum(["loaded", "absent", "remembered"]),
    /** When what is in force was read; for a remembered text, when it was put back in force. Null when absent. */
    loadedAt: Instant.nullable(),
  }),
  /** Why the file as it is now is not in force; null when it is. */
  problem: Problem.nullable(),
  mistakes: z.array(FileMistake),
  settings: z.array(SettingView),
})
export type SettingsView = z.output<typeof SettingsView>
