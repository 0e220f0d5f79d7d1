// Keys in a real settings file, and the identities that it names: found when they are needed, and never told.
import { afterEach, beforeEach, describe, expect, test } from "bun:test"
import { mkdirSync, rmSync } from "node:fs"
import { identityText, recipientOf } from "../../controller/core/age-key.ts"
import type { KeySettings } from "../../controller/core/key-settings.ts"
import { createIdentities } from "../../controller/settings/identities.ts"
import { openSettings } from "../../controller/settings/source.ts"
import { until } from "../support/until.ts"
import { type Folder, folder } from "./folder.ts"

let here: Folder
const stop = new AbortController()
beforeEach(() => {
  here = folder()
  mkdirSync(here.at("db"))
})
afterEach(() => {
  stop.abort()
  here.remove()
})
const [one, two] = [1, 2].map((fill) => identityText(Buffer.alloc(32, fill))) as [string, string]

describe("an identity", () => {
  const keys = (entries: Readonly<Record<string, KeySettings["identity"]>>) => () =>
    new Map(Object.entries(entries).map(([name, identity]) => [name, { recipients: [], identity }]))
  const find = (where: ReturnType<typeof keys>, env = {}, wanted = [recipientOf(two)]) =>
    createIdentities(where, env).find(wanted)

  test("is found in a file, a variable and a setting, under whatever name its key has by now", () => {
    const file = here.write("ops.key", `# both\n${one}\n${two}\n`)
    expect(find(keys({ ops: { file } }))).toEqual({ identity: two })
    expect(find(keys({ renamed: { variable: "OPS" } }), { OPS: two })).toEqual({ identity: two })
    expect(find(keys({ first: { text: one }, second: { text: two } }))).toEqual({ identity: two })
  })

  test("is read anew each time: one that is mounted for a restore needs no restart", () => {
    const identities = createIdentities(keys({ ops: { file: here.at("ops.key") } }), {})
    expect(identities.find([recipientOf(one)])).toEqual({
      identity: null,
      unusable: [`the identity of ops cannot be used: there is no file ${here.at("ops.key")}`],
    })
    here.write("ops.key", one)
    expect(identities.find([recipientOf(one)])).toEqual({ identity: one })
    rmSync(here.at("ops.key"))
    expect(identities.find([recipientOf(one)])).toMatchObject({ identity: null })
  })

  test("of another key is none, and what cannot be used is told without a word of it", () => {
    expect(find(keys({ ops: { text: one }, away: null }))).toEqual({ identity: null, unusable: [] })
    const broken = here.write("broken.key", `${two.slice(0, -1)}\n`)
    const told = find(
      keys({ a: { file: broken }, b: { variable: "B" }, c: { variable: "C" }, d: { file: here.path } }),
      {
        B: "",
        C: two.slice(0, -2),
      },
    )
    expect(told).toMatchObject({
      unusable: [
        `the identity of a cannot be used: ${broken} holds something else than identities of age`,
        "the identity of b cannot be used: the variable B is empty",
        "the identity of c cannot be used: the variable C holds no identity of age",
        expect.stringContaining("it is a folder"),
      ],
    })
    expect(JSON.stringify(told)).not.toContain("SECRET")
  })
})

test("a bad recipient is told with line and column, and the keys that were good stay in force", async () => {
  const text = (recipient: string) =>
    `encryption:\n  keys:\n    ops:\n      recipients:\n        - ${recipient}\n`
  const path = here.write("dbbackup.yaml", text(recipientOf(one)))
  const source = openSettings(
    {
      DBBACKUP_SETTINGS: path,
      DATABASE_PATH: here.at("db/app.db"),
      DBBACKUP_AGE_RECIPIENTS: recipientOf(two),
      DBBACKUP_AGE_IDENTITY_FILE: here.write("own.key", two),
    },
    "box",
    () => new Date(),
  )
  const log: string[] = []
  const pace = { quietMilliseconds: 20, pollMilliseconds: 30, emptyMilliseconds: 50 }
  source.follow(
    (level, message) => void log.push(`${level} ${message}`),
    () => {},
    stop.signal,
    pace,
  )
  here.write("dbbackup.yaml", text(one))
  const problem = await until("the mistake is told", () => source.problem() ?? undefined)
  expect(problem.message).toBe(
    `${path} is not valid: line 5, column 11: encryption.keys.ops.recipients.0: this is an identity, which is secret: write its recipient, age1…, and take this one out of the file`,
  )
  expect(source.current().keys.get("ops")?.recipients).toEqual([recipientOf(one)])
  expect(JSON.stringify([log, source.view()])).not.toContain("AGE-SECRET-KEY")
  expect(source.view().settings.find(({ key }) => key === "DBBACKUP_AGE_IDENTITY")).toMatchObject({
    value: "set",
  })
  expect(source.view().settings.find(({ key }) => key === "encryption.keys.ops")?.value).toBe(
    `recipients: ${recipientOf(one)}`,
  )

  here.write("dbbackup.yaml", text(recipientOf(two)))
  await until("the new key is in force", () => (source.problem() === null ? true : undefined))
  expect([...source.current().keys]).toEqual([
    ["ops", { recipients: [recipientOf(two)], identity: null }],
    ["default", { recipients: [recipientOf(two)], identity: { text: two } }],
  ])
}, 30_000)
