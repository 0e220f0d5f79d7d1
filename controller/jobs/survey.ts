// Asks a server what it has beside its databases.
import { problemOf } from "../core/fault.ts"
import type { Survey } from "../core/survey.ts"
import type { Docker } from "../ports.ts"
import type { Look } from "./probe.ts"
import { runTool } from "./tool.ts"

/** @param name the database that is to be touched. Throws a Fault when the server does not answer. */
export async function survey(docker: Docker, look: Look, name: string, signal: AbortSignal): Promise<Survey> {
  const { rules, access, place } = look
  const outcome = await runTool(docker, place, rules.survey(name, access), signal)
  if (outcome.code !== 0) throw rules.explain("looking at what the server has", outcome, access)
  return rules.readSurvey(outcome)
}

/** Null when the server does not say: what it lacks then shows when it is needed. */
export async function surveyIfPossible(
  deps: { readonly docker: Docker; readonly log: (level: "warn", message: string) => void },
  look: Look,
  name: string,
  signal: AbortSignal,
): Promise<Survey | null> {
  try {
    return await survey(deps.docker, look, name, signal)
  } catch (error) {
    signal.throwIfAborted()
    deps.log("warn", `what the server has could not be asked: ${problemOf(error).message}`)
    return null
  }
}
