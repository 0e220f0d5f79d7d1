// The settings in force, from the environment and the file, kept level with the file while the controller runs.
// A bad file never takes effect: the last good settings stay, over a restart too, and it is said aloud.
import { dirname } from "node:path"
import type { Problem } from "../../schemas/errors.ts"
import { defaultSettingsPath } from "../../schemas/settings.ts"
import type { SettingsView, SettingView } from "../../schemas/settings-view.ts"
import { Fault, problemOf } from "../core/fault.ts"
import { changesBetween, linesInForce, settingLines, settingsInForce } from "../core/setting-lines.ts"
import { environmentMistakes, readSettings, type Settings } from "../core/settings.ts"
import { variableNotes } from "../core/variable-notes.ts"
import type { Clock, Log } from "../ports.ts"
import {
  type Attempt,
  attemptFile,
  attemptText,
  type BadAttempt,
  environmentInWords,
  type GoodAttempt,
  gone,
  longestFileBytes,
} from "./attempt.ts"
import { type FollowPace, followFile } from "./follow-file.ts"
import { forgetLastGood, keepLastGood, lastGood } from "./last-good.ts"
import { readVariables } from "./variables.ts"

export interface SettingsSource {
  /** What is in force now: to be asked anew each time, never kept. */
  current(): Settings
  /** Why the file as it is now is not in force; null when it is. */
  problem(): Problem | null
  view(): SettingsView
  /** The file's text that is in force; null when there is none. */
  text(): string | null
  /** Keeps a good text for later starts, and from now on takes in every change of the file. Needs the catalogue's folder. */
  follow(log: Log, changed: () => void, signal: AbortSignal, pace?: SettingsPace): void
}

/** An empty file is believed only after so long: an editor may be about to fill it. */
export interface SettingsPace extends FollowPace {
  readonly emptyMilliseconds: number
}
const usualPace: SettingsPace = { quietMilliseconds: 250, pollMilliseconds: 5000, emptyMilliseconds: 2000 }

/** Throws a Fault that names every mistake, when neither the file nor a remembered text of it can be used. */
export function openSettings(
  env: Readonly<Record<string, string | undefined>>,
  machineName: string,
  clock: Clock,
  usualPath: string = defaultSettingsPath,
): SettingsSource {
  const { variables, mistakes } = readVariables(env, machineName)
  const path = variables.DBBACKUP_SETTINGS ?? usualPath
  const isNamed = variables.DBBACKUP_SETTINGS !== undefined
  const attempt = () => attemptFile(path, isNamed, variables)
  const wrong = [...mistakes, ...environmentMistakes(variables)]
  if (wrong.length > 0)
    throw refusal([environmentInWords(wrong), ...problemsOf(attemptFile(path, isNamed, {}))])
  const found = attempt()
  const folder = dirname(folderSetting(variables))
  const start = found.kind === "good" ? found : remembered(path, folder, variables, found)

  const startLines = settingLines(variables, start.tree)
  let good: GoodAttempt = start
  let settings = start.settings
  let lines: readonly SettingView[] = startLines
  let state: SettingsView["file"]["state"] =
    found.kind === "bad" ? "remembered" : start.text === null ? "absent" : "loaded"
  let loadedAt = clock()
  let bad: BadAttempt | null = found.kind === "bad" ? found : null

  const keep = (log: Log) => {
    try {
      if (good.text === null) forgetLastGood(folder)
      else keepLastGood(folder, good.text)
    } catch (error) {
      log("warn", `the settings cannot be remembered for the next start: ${problemOf(error).message}`)
    }
  }

  const complain = (log: Log, { problem }: BadAttempt) =>
    log("error", problem.message, {
      hint: `${problem.hint} Until then the last good settings stay in force.`,
    })

  return {
    current: () => settings,
    problem: () => bad?.problem ?? null,
    text: () => good.text,
    view: () => ({
      file: { path, state, loadedAt: state === "absent" ? null : loadedAt.toISOString() },
      problem: bad?.problem ?? null,
      mistakes: [...(bad?.mistakes ?? [])],
      settings: [...lines],
    }),

    follow(log, changed, signal, pace = usualPace) {
      for (const note of variableNotes(env)) log("warn", note)
      if (bad) complain(log, bad)
      else keep(log)

      const take = (next: GoodAttempt) => {
        const inForce = linesInForce(startLines, settingLines(variables, next.tree))
        const changes = changesBetween(lines, inForce)
        good = next
        settings = settingsInForce(start.settings, next.settings)
        lines = inForce
        state = next.text === null ? "absent" : "loaded"
        loadedAt = clock()
        bad = null
        keep(log)
        log(
          "info",
          `${path} is in force${changes.length === 0 ? ", it changes nothing" : `: ${changes.join("; ")}`}`,
        )
        changed()
      }
      const refuse = (next: BadAttempt) => {
        const isNews = bad?.problem.message !== next.problem.message
        bad = next
        if (!isNews) return
        complain(log, next)
        changed()
      }
      let doubted: ReturnType<typeof setTimeout> | undefined
      const look = (isSure: boolean) => {
        clearTimeout(doubted)
        const next = attempt()
        if (next.kind === "bad") return refuse(next)
        if (next.text === null) {
          // Not seeing it is not the same as an empty one: a mount may be away.
          if (good.text !== null) refuse(gone(path))
          else if (bad) take(next)
          return
        }
        if (next.text === good.text && bad === null) return
        if (!isSure && isBlank(next.text) && !isBlank(good.text ?? "")) {
          doubted = setTimeout(() => look(true), pace.emptyMilliseconds)
          doubted.unref?.()
          return
        }
        take(next)
      }
      signal.addEventListener("abort", () => clearTimeout(doubted))
      followFile(path, () => look(false), pace, signal)
      // It may have changed between the first reading and the first look at it.
      look(false)
    },
  }
}

const isBlank = (text: string) => text.trim() === ""

const problemsOf = (attempt: Attempt) => (attempt.kind === "bad" ? [attempt.problem.message] : [])

/** Where the catalogue is, whatever the file says: only the environment tells. */
function folderSetting(variables: Parameters<typeof readSettings>[0]): string {
  const reading = readSettings(variables, {})
  if (reading.kind === "bad") throw refusal(reading.mistakes.map(({ message }) => message))
  return reading.settings.databasePath
}

function remembered(
  path: string,
  folder: string,
  variables: Parameters<typeof readSettings>[0],
  found: BadAttempt,
): GoodAttempt {
  let text: string | null = null
  try {
    text = lastGood(folder, longestFileBytes)
  } catch {
    // What cannot be read cannot help. The file's own mistakes are what has to be told.
  }
  const attempt = text === null ? undefined : attemptText(path, text, variables)
  if (attempt?.kind === "good") return attempt
  throw refusal([found.problem.message])
}

function refusal(messages: readonly string[]): Fault {
  return new Fault("settings-invalid", messages.join("; "), { hint: "Correct this and start again." })
}
