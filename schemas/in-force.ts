// Reading the values that are in force for a job, for those who show them.
import { Bool } from "./scalar.ts"
import type { SettingInForce } from "./server.ts"

/**
 * The values that say something: those somebody gave, and the defaults that are not empty. What only shapes a thing that is
 * not there, such as the time limit of a hook that no label names, is left out.
 */
export function tellingSettings(settings: readonly SettingInForce[]): readonly SettingInForce[] {
  const values = new Map(settings.map(({ key, value }) => [key, value]))
  const shapesNothing = (key: string) => values.get(key.replace(/\.[^.]+$/, "")) === ""
  return settings.filter(
    ({ key, value, source }) => source !== "default" || (value !== "" && !shapesNothing(key)),
  )
}

/** Whether the labels by themselves keep the schedule from starting runs. */
export function isPausedByLabel(settings: readonly SettingInForce[]): boolean {
  return Bool.safeParse(settings.find(({ key }) => key === "paused")?.value).data === true
}

/** How many tries a run has in all; null when the settings do not say. */
export function mostTries(settings: readonly SettingInForce[]): number | null {
  const retries = settings.find(({ key }) => key === "retries")?.value ?? ""
  return /^\d+$/.test(retries) ? Number(retries) + 1 : null
}
