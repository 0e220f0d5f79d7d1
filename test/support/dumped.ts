// What the tests of the engines' rules do over and over: look, dump with proof, restore beside the original.
import { expect } from "bun:test"
import type { Access, DumpPlan, EngineRules, Probe } from "../../controller/engines/engine.ts"
import type { EndDetector } from "../../controller/ports.ts"
import type { DatabaseFacts, ObjectCounts } from "../../schemas/manifest.ts"
import type { Compression } from "../../schemas/scalar.ts"
import type { Subject } from "../../schemas/server.ts"
import { type Outcome, runScript } from "./docker-cli.ts"
import { until } from "./until.ts"

export const uncompressed: Compression = { algorithm: "none", level: 0 }
export const globals: Subject = { kind: "globals" }
export const named = (name: string): Subject => ({ kind: "database", name })

/** The look at a server, as soon as it is ready. Throws what `readProbe` throws, but for `server-not-ready`. */
export async function look(container: string, rules: EngineRules, access: Access = {}): Promise<Probe> {
  return until(`${container} is ready`, async () => {
    const probed = probeResult(rules, await runScript(container, rules.probe(access)))
    if (!(probed instanceof Error)) return probed
    if ("code" in probed && probed.code === "server-not-ready") return undefined
    throw probed
  })
}

export function probeResult(rules: EngineRules, outcome: Outcome): Probe | Error {
  try {
    return rules.readProbe(outcome)
  } catch (error) {
    return error as Error
  }
}

export interface Dumped {
  readonly plan: DumpPlan
  readonly bytes: Buffer
  readonly end: string
  readonly held: ObjectCounts
}

/** Dumps, and demands exit code 0 and the format's end. */
export async function dump(
  container: string,
  rules: EngineRules,
  probe: Probe,
  subject: Subject,
  access: Access = {},
  compress = uncompressed,
): Promise<Dumped> {
  const plan = rules.dump(subject, probe, access, compress)
  const outcome = await runScript(container, plan.script)
  if (outcome.code !== 0) throw rules.explain("dumping", outcome, access)
  const detector = plan.end()
  const end = proof(detector, outcome.bytes)
  return { plan, bytes: outcome.bytes, end, held: detector.held() }
}

/** What the detector saw, given the bytes in chunks of that size. Throws its Fault. */
export function proof(detector: EndDetector, bytes: Buffer, chunkBytes = 65_536): string {
  for (let at = 0; at < bytes.length; at += chunkBytes) detector.push(bytes.subarray(at, at + chunkBytes))
  return detector.finish()
}

/** Creates a database, loads the dump into it and returns what the server then says of it. */
export async function restore(
  container: string,
  rules: EngineRules,
  name: string,
  facts: DatabaseFacts,
  { plan, bytes }: Dumped,
  access: Access = {},
): Promise<DatabaseFacts> {
  const must = async (doing: string, outcome: Promise<Outcome>) => {
    const ended = await outcome
    if (ended.code !== 0) throw rules.explain(doing, ended, access)
    return ended
  }
  await must("creating it", runScript(container, rules.createDatabase(name, facts, access)))
  await must("loading it", runScript(container, rules.load(name, plan.format, access, { facts }), bytes))
  return rules.readFacts(await must("checking it", runScript(container, rules.inspect(name, access))))
}

export async function drop(container: string, rules: EngineRules, name: string, access: Access = {}) {
  const { code, stderr } = await runScript(container, rules.dropDatabase(name, access))
  expect({ code, stderr }).toMatchObject({ code: 0 })
}
