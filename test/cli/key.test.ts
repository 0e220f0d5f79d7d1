// `dbbackup key …` as a process of its own, beside the real age programs.
import { afterAll, beforeAll, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test"
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { parse } from "yaml"
import { Recipient } from "../../schemas/encryption.ts"
import { type Age, ensureAge } from "../support/age.ts"
import { must, run, which } from "../support/command.ts"
import { repository } from "../support/places.ts"

setDefaultTimeout(120_000)

const base = mkdtempSync(join(tmpdir(), "dbbackup-key-"))
afterAll(() => rmSync(base, { recursive: true, force: true }))
let bare: Age
beforeAll(async () => {
  bare = await ensureAge()
}, 240_000)
let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(base, "x-"))
})
const at = (name: string) => join(folder, name)
const read = (name: string) => readFileSync(at(name), "utf8")

const key = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
  run([process.execPath, join(repository, "controller/cli.ts"), "key", ...args], {
    cwd: folder,
    env: { DBBACKUP_SETTINGS: at("dbbackup.yaml"), DATABASE_PATH: at("db/app.db"), ...env },
    timeoutSeconds: 60,
  })
const recipientOf = async (file: string) => (await must([bare.keygen, "-y", at(file)])).trim()

describe("generate", () => {
  test("writes an identity that only its owner reads and that age has too, and says what to write", async () => {
    const made = await key(["generate", "ops", "--out", "ops.key"])
    expect(made).toMatchObject({ code: 0, stderr: "" })
    expect(statSync(at("ops.key")).mode & 0o777).toBe(0o600)
    const recipient = await recipientOf("ops.key")
    const yaml = made.stdout.slice(made.stdout.indexOf("encryption:"))
    expect(parse(yaml)).toEqual({ encryption: { keys: { ops: { recipients: [recipient] } } } })
    expect(made.stdout).not.toContain("AGE-SECRET-KEY")
    // What it says to paste is what the settings take.
    writeFileSync(at("dbbackup.yaml"), yaml.replace("# identityFile", "identityFile"))
    expect((await key(["show", "ops"])).stdout).toContain(`${recipient}  its identity is here`)
  })

  test("prints it when no file is named, with the rest beside it: both can be told apart", async () => {
    const { code, stdout, stderr } = await key(["generate", "ops"])
    expect(code).toBe(0)
    writeFileSync(at("KEY.txt"), stdout)
    expect(Recipient.safeParse(await recipientOf("KEY.txt")).success).toBe(true)
    expect(stderr).toContain(`recipients: [${await recipientOf("KEY.txt")}]`)
    expect(stderr).not.toContain("AGE-SECRET-KEY")
  })

  test("makes another one each time, never over a file that is there, and not under a name that no label could say", async () => {
    await key(["generate", "ops", "--out", "ops.key"])
    const before = read("ops.key")
    const again = await key(["generate", "ops", "--out", "ops.key"])
    expect(again).toMatchObject({ code: 1, stdout: "" })
    expect(again.stderr).toContain("ops.key is there already")
    expect(read("ops.key")).toBe(before)
    await key(["generate", "ops", "--out", "other.key"])
    expect(await recipientOf("other.key")).not.toBe(await recipientOf("ops.key"))
    for (const name of ["none", "Ops", "a b"])
      expect((await key(["generate", name])).stderr).toContain(`${name} cannot name a key`)
  })
})

describe("of the settings", () => {
  const settings = async () => {
    for (const name of ["ops", "spare"]) await must([bare.keygen, "-o", at(`${name}.key`)])
    const [ops, spare] = [await recipientOf("ops.key"), await recipientOf("spare.key")]
    const keys = {
      ops: { recipients: [ops, spare], identityFile: at("ops.key") },
      away: { recipients: [spare] },
      gone: { recipients: [spare], identityFile: at("gone.key") },
      wrong: { recipients: [spare], identityVariable: "WRONG" },
    }
    writeFileSync(at("dbbackup.yaml"), JSON.stringify({ encryption: { keys } }))
    return { ops, spare, env: { WRONG: read("ops.key") } }
  }

  test("list says of each key whether backups for it open here, and never an identity", async () => {
    const { env, ops } = await settings()
    const { stdout, stderr, code } = await key(["list"], env)
    expect([code, stderr]).toEqual([0, ""])
    expect(stdout).toMatch(new RegExp(`^ops +2 +here +${ops}`, "m"))
    expect(stdout).toMatch(/^away +1 +not on this machine/m)
    expect(stdout).toMatch(/^gone +1 +not here: there is no file \S*gone\.key/m)
    expect(stdout).toMatch(/^wrong +1 +of another key: it opens none of the recipients/m)
    expect(stdout).not.toContain("AGE-SECRET-KEY")
  })

  test("an unknown one is told with the known ones, and no key at all with how to make one", async () => {
    expect((await key(["list"], { DBBACKUP_SETTINGS: "" })).stdout).toContain("dbbackup key generate NAME")
    await settings()
    expect(await key(["show", "opps"])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("Defined are: ops, away, gone, wrong."),
    })
    for (const wrong of [["show"], ["lost", "ops"], ["list", "ops"], ["show", "ops", "x"], []])
      expect((await key(wrong)).code).toBe(1)
  })

  test("escrow gives text that the program age opens with the passphrase, and nothing else does", async () => {
    await settings()
    writeFileSync(at("pass"), "correct horse battery\n")
    const made = await key(["escrow", "ops", "--passphrase-file", at("pass"), "--out", "ops.age"])
    expect(made).toMatchObject({ code: 0, stdout: "" })
    expect(statSync(at("ops.age")).mode & 0o777).toBe(0o600)
    expect(read("ops.age")).toStartWith("-----BEGIN AGE ENCRYPTED FILE-----\n")
    expect(read("ops.age")).not.toContain("AGE-SECRET-KEY")
    expect(await opened("ops.age", "correct horse battery")).toContain(
      read("ops.key")
        .split("\n")
        .find((line) => line.startsWith("AGE-SECRET-KEY-1")) ?? "?",
    )
    await expect(opened("ops.age", "correct horse batterx")).rejects.toThrow()
  }, 60_000)

  test("without one it makes up a passphrase, tells it beside the text, and takes an identity by file", async () => {
    await settings()
    const { stdout, stderr, code } = await key(["escrow", "away", "--identity", at("spare.key")])
    expect(code).toBe(0)
    writeFileSync(at("away.age"), stdout)
    const passphrase = /told only now: (\S+)/.exec(stderr)?.[1] ?? ""
    expect(passphrase).toMatch(/^([a-z2-9]{4}-){6}[a-z2-9]{4}$/)
    writeFileSync(at("back.key"), await opened("away.age", passphrase))
    expect(await recipientOf("back.key")).toBe(await recipientOf("spare.key"))
  }, 60_000)

  test("refuses a passphrase that is guessed in a day, and a key whose identity is nowhere", async () => {
    await settings()
    writeFileSync(at("pass"), "secret\n")
    const short = await key(["escrow", "ops", "--passphrase-file", at("pass")])
    expect(short).toMatchObject({ code: 1, stdout: "", stderr: expect.stringContaining("less than 12") })
    expect(await key(["escrow", "away"])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("--identity FILE"),
    })
  })
})

/** What age prints, which asks for a passphrase on a terminal only: script(1) is one. */
async function opened(file: string, passphrase: string): Promise<string> {
  if (which("script") === undefined) throw new Error("script(1) is missing: it is in Debian's bsdutils")
  const command = `${bare.age} -d -o ${at("opened")} ${at(file)}`
  await must(
    ["sh", "-c", `(sleep 1; printf '%s\\n' "$0"; sleep 4) | script -qec "$1" /dev/null`, passphrase, command],
    {
      timeoutSeconds: 50,
    },
  )
  const text = read("opened")
  rmSync(at("opened"))
  return text
}
