// `dbbackup key …`: makes encryption keys, and tells of those that the settings define. Reads the settings itself: keys belong to
// the machine it runs on, and no identity is ever sent anywhere.
import { hostname } from "node:os"
import { recipientOf } from "../core/age-key.ts"
import { Fault } from "../core/fault.ts"
import type { KeySettings } from "../core/key-settings.ts"
import { identitiesOf } from "../settings/identities.ts"
import { openSettings } from "../settings/source.ts"
import { escrowKey } from "./key-escrow.ts"
import { generateKey } from "./key-generate.ts"
import { table } from "./table.ts"

export interface KeyOptions {
  /** File to write to. */
  readonly out?: string | undefined
  /** File with the identity, where the settings do not name one. */
  readonly identity?: string | undefined
  readonly passphraseFile?: string | undefined
}

export type Say = (line: string) => void

type Environment = Readonly<Record<string, string | undefined>>
type Keys = ReadonlyMap<string, KeySettings>

/** @param aside for what must not end in the output that a shell may write to a file */
export async function key(
  args: readonly string[],
  options: KeyOptions,
  env: Environment,
  say: Say,
  aside: Say,
): Promise<void> {
  const [action, name, ...more] = args
  if (more.length > 0) throw usage(`what to do with ${more[0]} is not clear`)
  if (action === "list" && name === undefined) return say(listOf(keysIn(env, aside), env))
  if (name === undefined) throw usage("what to do with which key is missing")
  switch (action) {
    case "generate":
      return generateKey(name, options.out, say, aside)
    case "show":
      return say(shown(name, keyNamed(name, keysIn(env, aside)), env))
    case "escrow": {
      const found =
        options.identity === undefined
          ? keyNamed(name, keysIn(env, aside)).identity
          : { file: options.identity }
      return escrowKey(name, found, options, env, say, aside)
    }
    default:
      throw usage(`there is no command key ${action}`)
  }
}

const usage = (message: string) =>
  new Fault("request-invalid", message, { hint: "Write dbbackup key generate|list|show|escrow NAME." })

function keysIn(env: Environment, aside: Say): Keys {
  const source = openSettings(env, hostname(), () => new Date())
  const problem = source.problem()
  if (problem) aside(`The last good settings are read: ${problem.message}`)
  return source.current().keys
}

function keyNamed(name: string, keys: Keys): KeySettings {
  const found = keys.get(name)
  if (found) return found
  throw new Fault("key-unknown", `the settings define no encryption key named ${name}`, {
    hint:
      keys.size === 0
        ? "dbbackup key generate NAME makes one."
        : `Defined are: ${[...keys.keys()].join(", ")}.`,
  })
}

function listOf(keys: Keys, env: Environment): string {
  if (keys.size === 0) return "The settings define no encryption key. dbbackup key generate NAME makes one."
  const rows = [...keys].map(([name, settings]) => [
    name,
    `${settings.recipients.length}`,
    hereOf(settings, env).word,
    settings.recipients[0] ?? "",
  ])
  return table(["KEY", "RECIPIENTS", "IDENTITY", "FIRST RECIPIENT"], rows)
}

function shown(name: string, settings: KeySettings, env: Environment): string {
  const { word, opens } = hereOf(settings, env)
  return [
    `Key ${name}`,
    ...settings.recipients.map((text) => `  ${text}${opens.includes(text) ? "  its identity is here" : ""}`),
    `Identity: ${word}`,
    `Backups for it open with any one of these recipients' identities: age -d -i KEY.txt FILE.age`,
  ].join("\n")
}

/** Whether a restore can be made here, in words, and which recipients' identities are. */
function hereOf({ identity, recipients }: KeySettings, env: Environment) {
  if (identity === null) return { word: "not on this machine", opens: [] }
  const read = identitiesOf(identity, env)
  if (typeof read === "string") return { word: `not here: ${read}`, opens: [] }
  const opens = read.map(recipientOf).filter((text) => recipients.includes(text))
  return { word: opens.length > 0 ? "here" : "of another key: it opens none of the recipients", opens }
}
