// A dump or a load on which nothing moves: the server is asked what it waits for, the run's log is told, and in the end it is ended.
import type { JobLabels } from "../../schemas/labels.ts"
import type { Subject } from "../../schemas/server.ts"
import { Fault } from "../core/fault.ts"
import { noAnswer, type Standing, standingHint } from "../engines/standing.ts"
import type { Silence } from "../pipeline/stall.ts"
import type { Docker } from "../ports.ts"
import type { Journal } from "./journal.ts"
import type { Look } from "./probe.ts"
import { runTool } from "./tool.ts"

/** A server on which locks pile up may not answer this either. */
const askMilliseconds = 20_000

/** Never rejects. */
async function standingOf(docker: Docker, look: Look, name: string | null): Promise<Standing> {
  try {
    const script = look.rules.standing(name, look.access)
    const outcome = await runTool(docker, look.place, script, AbortSignal.timeout(askMilliseconds))
    return look.rules.readStanding(outcome)
  } catch {
    return noAnswer
  }
}

interface Work {
  readonly docker: Docker
  readonly look: Look
  /** The database; null for globals. */
  readonly name: string | null
  /** The label's. */
  readonly limitSeconds: number
  readonly journal: Journal
}

/** What the labels of a job allow the dump of a subject. */
export function limitsOf(
  docker: Docker,
  spec: Pick<JobLabels, "stall-timeout" | "rate-limit">,
  look: Look,
  subject: Subject,
  journal: Journal,
): { readonly silence: Silence; readonly bytesPerSecond: number | null } {
  const name = subject.kind === "globals" ? null : subject.name
  const limitSeconds = spec["stall-timeout"]
  return {
    silence: dumpSilence({ docker, look, name, limitSeconds, journal }),
    bytesPerSecond: spec["rate-limit"],
  }
}

/** A dump that gives nothing for so long is ended with `dump-stalled`. */
function dumpSilence(work: Work): Silence {
  const { docker, look, name, limitSeconds, journal } = work
  const what = name ?? "the globals"
  return {
    limitSeconds,
    // The run may have ended, and the catalogue been closed, while the server was asked.
    notice: (waited) => void tell(work, `no byte of ${what} has come for ${waited} s`).catch(() => {}),
    async verdict(waited) {
      const standing = await standingOf(docker, look, name)
      journal("warn", `the dump of ${what} is ended: nothing came for ${waited} s`)
      return new Fault(
        "dump-stalled",
        `dumping ${what}: no byte came for ${waited} s: ${look.probe.tool} ${standing.text}`,
        { hint: standingHint(standing) },
      )
    },
  }
}

/** A load may be silent while the server builds indexes: it is ended only when the server is not at work on it. */
export function loadSilence(work: Work): Silence {
  const { docker, look, name, limitSeconds, journal } = work
  return {
    limitSeconds,
    notice: () => {},
    async verdict(waited) {
      const standing = await standingOf(docker, look, name)
      const so = `no byte went into ${name} for ${waited} s: the tool ${standing.text}`
      if (standing.state === "at-work") {
        journal("info", so)
        return null
      }
      return new Fault("restore-failed", `loading ${name}: ${so}`, { hint: standingHint(standing) })
    },
  }
}

async function tell({ docker, look, name, limitSeconds, journal }: Work, so: string): Promise<void> {
  const standing = await standingOf(docker, look, name)
  journal(
    "warn",
    `${so}: ${look.probe.tool} ${standing.text}. It is ended after ${limitSeconds} s of silence`,
  )
}
