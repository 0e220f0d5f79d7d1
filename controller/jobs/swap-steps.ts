// Carries out the steps in which an engine exchanges two databases.
import type { SwapStep, SwapSteps } from "../engines/swapping.ts"
import type { Docker } from "../ports.ts"
import type { Look } from "./probe.ts"
import { toolAnswer } from "./tool.ts"

/** Returns what the steps come to. Throws the rules' explanation of the first that fails. */
export async function carryOut<T>(
  docker: Docker,
  look: Look,
  steps: SwapSteps<T>,
  signal: AbortSignal,
): Promise<T> {
  let next = steps.next()
  while (!next.done) next = steps.next(await answerTo(docker, look, next.value, signal))
  return next.value
}

async function answerTo(
  docker: Docker,
  { rules, access, place }: Look,
  { doing, script, input }: SwapStep,
  signal: AbortSignal,
): Promise<Buffer> {
  const { code, stdout, stderr } = await toolAnswer(docker, place, script, signal, input)
  if (code === 0) return stdout
  throw rules.explain(doing, { code, stdout: "", stderr }, access)
}
