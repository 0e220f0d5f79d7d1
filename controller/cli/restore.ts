// `dbbackup restore`: shows the plan, carries that one out once its target's name is confirmed, and waits.
import type { z } from "zod"
import { createRestore, getBackup, getRestore, planRestore } from "../../schemas/api.ts"
import type { BackupId } from "../../schemas/backup.ts"
import { isOver, type RestoreOptions } from "../../schemas/restore.ts"
import type { RestoreSource, SourceId } from "../../schemas/restore-source.ts"
import { Fault } from "../core/fault.ts"
import { databasesNamed } from "./backup.ts"
import { type Call, Refusal } from "./client.ts"
import { usageFault, type Values } from "./command-line.ts"
import { identityIn } from "./identity-file.ts"
import { planLines } from "./plan-text.ts"
import { fileNamed } from "./restore-file.ts"
import { serverNamed } from "./server-named.ts"
import { poll } from "./wait.ts"

export interface RestoreChoice {
  /** A backup's id, or `server/database` for its newest good backup; of globals, the server's name does. Or a file, see `fileNamed`. */
  readonly source: string
  /** It is a file that is here. */
  readonly isPath: boolean
  /** Of a file: which of its databases. */
  readonly sourceDatabase?: string | undefined
  /** Of the new database, or of the one that is overwritten, which is the backup's own when it is not given. */
  readonly name: string | undefined
  readonly globals: boolean
  /** How a database that is there is overwritten; null: a new one beside it. */
  readonly over: Over | null
  /** Name of another server than the one that was backed up. */
  readonly onto?: string | undefined
  readonly owners?: string | undefined
  readonly content?: string | undefined
  readonly jobs?: string | undefined
  /** Only these tables and views. */
  readonly tables?: readonly string[] | undefined
  /** File with the identity that opens it, where the controller has none. */
  readonly identityFile?: string | undefined
  /** Only show the plan. */
  readonly dryRun: boolean
  /** Asks the person to type the target's name; what they typed. */
  readonly confirm: (question: string, name: string) => Promise<string>
}

type Over = {
  readonly [Mode in "swap" | "clean" | "replace"]: Omit<
    Extract<z.input<typeof RestoreOptions>, { mode: Mode }>,
    "name" | "serverId" | "content" | "tables"
  >
}["swap" | "clean" | "replace"]

/** From the options of the command line. Throws a Fault when they do not say where to. */
export function restoreChoice(
  source: string,
  values: Values,
  confirm: RestoreChoice["confirm"] | null,
): RestoreChoice {
  const { as: name, on: onto, owners, content, jobs, table: tables, globals = false } = values
  const over = overOf(values)
  if (!over && !globals && !name) throw usageFault("--as NAME is missing, or --swap, --clean or --replace")
  if (tables !== undefined && (globals || (over && over.mode !== "clean")))
    throw usageFault("--table goes with --as NAME or with --clean: other ways are for all of a backup")
  return {
    ...{ source, name, globals, over, onto, owners, content, jobs, tables },
    isPath: values.file ?? false,
    sourceDatabase: values.database,
    identityFile: values.identity,
    dryRun: values["dry-run"] ?? false,
    confirm: confirm ?? (async (_, name) => name),
  }
}

function overOf(values: Values): Over | null {
  const [mode, ...more] = (["swap", "clean", "replace"] as const).filter((one) => values[one])
  if (mode === undefined) return null
  if (more.length > 0) throw usageFault(`--${mode} and --${more[0]} are two ways of doing it: choose one`)
  const keepFor = values["keep-for"]
  const asked = {
    endConnections: values["end-connections"] ?? false,
    safetyBackup: !values["no-safety-backup"],
  }
  if (mode === "swap") return { mode, ...asked, ...(keepFor === undefined ? {} : { keepFor }) }
  if (keepFor !== undefined)
    throw usageFault(`--keep-for has no meaning with --${mode}: nothing is kept but the backup made before`)
  return { mode, ...asked }
}

/** What is restored, and what opens it. */
interface Chosen {
  readonly from:
    | { readonly backupId: BackupId }
    | { readonly sourceId: SourceId; readonly sourceDatabase?: string }
  readonly opening: { readonly identity?: string }
}

async function chosen(
  call: Call,
  baseUrl: string,
  choice: RestoreChoice,
  say: (line: string) => void,
): Promise<Chosen> {
  const { source, identityFile, sourceDatabase } = choice
  const file = await fileNamed(call, baseUrl, choice, say)
  if (file) {
    if (choice.onto === undefined) throw usageFault("--on SERVER is missing: a file does not say where to")
    const { source, ...opening } = file
    return {
      from: { sourceId: source.id, ...(sourceDatabase === undefined ? {} : { sourceDatabase }) },
      opening,
    }
  }
  const backupId = await backupNamed(call, source, choice.globals ? "globals" : "database")
  return {
    from: { backupId },
    opening: identityFile === undefined ? {} : await identityFor(call, backupId, identityFile),
  }
}

/** @param baseUrl where a file that is here is sent to */
export async function restore(
  call: Call,
  baseUrl: string,
  choice: RestoreChoice,
  say: (line: string) => void,
): Promise<void> {
  const { dryRun, confirm } = choice
  const { from, opening } = await chosen(call, baseUrl, choice, say)
  const options = await optionsOf(call, choice, "backupId" in from ? from.backupId : null)
  const { data: plan } = await call(planRestore, { body: { ...from, options, dryRun: true, ...opening } })
  for (const line of planLines(plan)) say(line)
  if (dryRun) return
  const name = plan.targetDatabase
  if ((await confirm(`Type ${name} to go on: `, name)) !== name)
    throw new Fault("cancelled", "the name was not typed, nothing was done", {
      hint: "In a script, confirm with --yes.",
    })
  const { data: begun } = await call(createRestore, {
    body: { ...from, options, planHash: plan.hash, ...opening },
  })
  if (isOver(options)) say(`Restore ${begun.id}`)
  const done = await poll(async () => (await call(getRestore, { params: { id: begun.id } })).data)
  if (done.status !== "completed") {
    const error = "error" in done ? done.error : { message: done.status, hint: null }
    throw new Fault("restore-failed", error.message, error.hint === null ? {} : { hint: error.hint })
  }
  if (options.mode === "globals")
    return say(`the globals are restored: made ${plan.accounts?.create.join(", ") || "nothing"}`)
  const same = plan.source ? sameAsFile(plan.source) : ", nothing differs from the manifest"
  const found = done.differences.length > 0 ? `. Differences: ${done.differences.join("; ")}` : same
  say(`${name} is restored: ${done.tables} tables${found}`)
  if (options.mode !== "swap" && done.safetyBackupId)
    say(`What ${name} was before is in the backup ${done.safetyBackupId}`)
  if (done.swap?.state === "kept")
    say(
      `What ${name} was before is kept as ${done.swap.keptName} until ${done.swap.keptUntil}: dbbackup undo ${done.id} puts it back`,
    )
}

const sameAsFile = ({ kind }: RestoreSource): string =>
  kind.format === "script" ? "" : ", as many as the file holds"

async function optionsOf(
  call: Call,
  choice: RestoreChoice,
  backupId: BackupId | null,
): Promise<z.input<typeof RestoreOptions>> {
  const where = choice.onto === undefined ? {} : { serverId: await serverNamed(call, choice.onto) }
  if (choice.globals) return { mode: "globals", ...where }
  if (choice.over) {
    const own = async () => {
      if (backupId === null)
        throw usageFault("--as NAME is missing: a file does not say which database it is for")
      return (await call(getBackup, { params: { id: backupId } })).data.database
    }
    const name = choice.name ?? (await own())
    if (choice.over.mode === "swap") return { name, ...where, ...choice.over, ...jobsOf(choice) }
    if (choice.over.mode === "replace") return { name, ...where, ...choice.over }
    const { content, tables } = choice
    return {
      ...{ name, ...where, ...choice.over },
      ...(content === undefined ? {} : { content: oneOf("--content", content, ["all", "schema", "data"]) }),
      ...(tables === undefined ? {} : { tables: [...tables] }),
    }
  }
  const { name } = choice
  if (name === undefined) throw new Fault("request-invalid", "--as NAME is missing")
  return {
    mode: "new",
    name,
    ...where,
    ...jobsOf(choice),
    ...(choice.owners === undefined ? {} : { owners: oneOf("--owners", choice.owners, ["keep", "drop"]) }),
    ...(choice.content === undefined
      ? {}
      : { content: oneOf("--content", choice.content, ["all", "schema"]) }),
    ...(choice.tables === undefined ? {} : { tables: [...choice.tables] }),
  }
}

function jobsOf({ jobs }: RestoreChoice): { jobs?: number } {
  if (jobs === undefined) return {}
  if (/^\d+$/.test(jobs)) return { jobs: Number(jobs) }
  throw new Fault("request-invalid", `--jobs is ${jobs}`, { hint: "Write a number, 1 to 16." })
}

function oneOf<const T extends string>(option: string, given: string, values: readonly T[]): T {
  const found = values.find((value) => value === given)
  if (found !== undefined) return found
  throw new Fault("request-invalid", `${option} is ${given}`, { hint: `Write ${values.join(" or ")}.` })
}

async function identityFor(call: Call, backupId: BackupId, path: string): Promise<{ identity?: string }> {
  const { data: backup } = await call(getBackup, { params: { id: backupId } })
  const encryption = backup.status === "completed" ? backup.encryption : null
  return encryption === null ? {} : { identity: identityIn(path, encryption.recipients) }
}

/** By its id, or as the newest good one of `server/database`; of globals, of a server. */
export async function backupNamed(
  call: Call,
  source: string,
  wanted: "database" | "globals" = "database",
): Promise<BackupId> {
  if (await isBackup(call, source)) return source as BackupId
  const [database, ...more] = (await databasesNamed(call, source)).filter(({ kind }) => kind === wanted)
  if (!database?.lastBackup || more.length > 0) {
    throw new Fault(
      "not-found",
      more.length > 0 ? `${source} has several databases` : `${source} has no good backup`,
      { hint: "Name one as server/database, or a backup by its id." },
    )
  }
  return database.lastBackup.id as BackupId
}

async function isBackup(call: Call, id: string): Promise<boolean> {
  try {
    await call(getBackup, { params: { id } })
    return true
  } catch (error) {
    if (error instanceof Refusal && error.error.code === "NOT_FOUND") return false
    throw error
  }
}
