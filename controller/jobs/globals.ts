// A backup of the globals onto a server: what it lacks is made, what it has stays. Statements never leave memory but for the client's input.
import type { RestorePlan } from "../../schemas/restore.ts"
import { Fault, problemOf } from "../core/fault.ts"
import { type ChosenAccounts, planAccounts } from "../core/globals.ts"
import { planGlobals, requireGlobals } from "../core/globals-plan.ts"
import { failedAfterwards } from "../core/hook-after.ts"
import { keptOf } from "../core/kept-ranges.ts"
import type { CommonFacts } from "../core/restore-plan.ts"
import { readCopy } from "../pipeline/read-copy.ts"
import type { RestoreOutcome } from "../ports.ts"
import type { Hooks } from "./hooks.ts"
import { runWithInput } from "./input.ts"
import type { Journal } from "./journal.ts"
import { lookedThrough, provenBytes } from "./proven-file.ts"
import type { Ready } from "./ready.ts"
import type { RestoreDeps, RestoreRequest } from "./restore.ts"
import { commonFacts } from "./restore-facts.ts"
import { survey } from "./survey.ts"
import { tellPlan } from "./tell-plan.ts"
import { runTool } from "./tool.ts"

/** Of 100,000 accounts. */
const mostBytes = 64 * 1024 * 1024
const undoMilliseconds = 60_000
const uncompressed = { algorithm: "none", level: 0 } as const

interface PlannedGlobals {
  readonly plan: RestorePlan
  readonly make: ChosenAccounts["make"]
}

/** Reads the backup, and what the server has. Throws a Fault that says why it cannot be applied. */
export async function planForGlobals(
  deps: RestoreDeps,
  request: RestoreRequest,
  facts: CommonFacts,
  { look }: Ready,
  journal: Journal,
  signal: AbortSignal,
): Promise<PlannedGlobals> {
  const { manifest, options } = request
  if (options.mode !== "globals")
    throw new Fault("internal", "a restore of a database was planned as one of globals")
  requireGlobals(facts)
  const { rules, access, place, probe } = look
  const end = () => (manifest.reading ? lookedThrough : rules.end(manifest.format, manifest.subject))
  const copy = await provenBytes(deps, request, end, journal, signal).next()
  const text = await readCopy({ ...copy, end: end(), onProgress: () => undefined, signal }, mostBytes)
  const wanted = rules.globals.read(keptOf(text, manifest.reading?.ranges ?? null).toString("utf8"))
  const found = await survey(deps.docker, look, "", signal)
  const own = rules.dump({ kind: "globals" }, probe, access, uncompressed).script
  const present = await runTool(deps.docker, place, own, signal)
  if (present.code !== 0) throw rules.explain("looking at the accounts of the server", present, access)
  const { plan: accounts, make } = planAccounts(wanted, rules.globals.read(present.stdout), found)
  return { plan: planGlobals({ ...facts, survey: found, accounts }, options), make }
}

/** Throws a Fault when what is missing cannot be made: then nothing of it stays. */
export async function applyGlobals(
  deps: RestoreDeps,
  request: RestoreRequest,
  hooks: Hooks,
  ready: Ready,
  journal: Journal,
  signal: AbortSignal,
): Promise<RestoreOutcome> {
  const { plan, make } = await planForGlobals(
    deps,
    request,
    commonFacts(deps, request, ready),
    ready,
    journal,
    signal,
  )
  tellPlan(plan, request, journal)
  let notGiven: readonly string[] = []
  let afterwards: Fault | null = null
  try {
    await hooks.before(ready.target, signal)
    if (make.length > 0) notGiven = await makeAccounts(deps, make, ready, journal, signal)
  } finally {
    afterwards = await hooks.after(request.target)
  }
  if (afterwards)
    throw failedAfterwards(
      afterwards,
      make.length === 0 ? "nothing was missing" : `${make.map(({ name }) => name).join(", ")} are made`,
      "What was made stays.",
    )
  const { rawBytes } = request.backup.proof
  journal(
    "info",
    make.length === 0 ? "nothing was missing" : `made ${make.map(({ name }) => name).join(", ")}`,
  )
  return {
    status: "completed",
    restoredBytes: rawBytes,
    tables: 0,
    differences: [...plan.warnings, ...notGiven],
  }
}

/** Sentences about grants on objects that are not there. */
async function makeAccounts(
  { docker }: RestoreDeps,
  make: ChosenAccounts["make"],
  { look: { rules, access, place, probe } }: Ready,
  journal: Journal,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const { must, may, undo } = rules.globals.compose(make, probe.serverVersion)
  const run = async (doing: string, text: string, under: AbortSignal) => {
    const outcome = await runWithInput(docker, place, rules.run(access), text, under)
    if (outcome.code !== 0) throw rules.explain(doing, outcome, access)
  }
  const notGiven: string[] = []
  try {
    await run("restoring the globals", must, signal)
    for (const { statement, what } of may) {
      await run(`restoring a grant on ${what}`, statement, signal).catch((error) => {
        signal.throwIfAborted()
        const sentence = `the grant on ${what} was not made: ${problemOf(error).message}`
        journal("warn", sentence)
        notGiven.push(sentence)
      })
    }
  } catch (error) {
    if (undo !== null)
      await run("taking back the globals", undo, AbortSignal.timeout(undoMilliseconds)).then(
        () => journal("info", "took away again what was made"),
        (failure) => journal("error", `what was made is still there: ${problemOf(failure).message}`),
      )
    throw error
  }
  return notGiven
}
