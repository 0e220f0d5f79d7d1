// How a stored copy is streamed into the tool that loads it, wherever that tool runs: for restores and for drills.
import type { Subject } from "../../schemas/server.ts"
import { Fault } from "../core/fault.ts"
import { keepRanges } from "../core/kept-ranges.ts"
import type { RestorableManifest } from "../core/source-as-backup.ts"
import type { Script } from "../engines/engine.ts"
import { plainTar } from "../engines/plain-tar.ts"
import type { LoadRequest } from "../pipeline/load.ts"
import type { StoredCopy } from "../pipeline/stored-copy.ts"
import type { Docker, Rewriter } from "../ports.ts"
import type { Journal } from "./journal.ts"
import type { Place } from "./place.ts"
import type { Look } from "./probe.ts"
import { loadSilence } from "./silence.ts"

export interface Loading {
  readonly copy: StoredCopy
  readonly manifest: Pick<RestorableManifest, "format" | "subject" | "reading">
  readonly look: Look
  /** Where the tool runs; absent: where the look was. */
  readonly place?: Place
  /** Of the database that it goes into. */
  readonly name: string
  /** What reads the dump on stdin, asked when the tool is started. */
  readonly script: () => Script
  /** A load on which nothing moves for so long is ended, unless the server is at work on it. */
  readonly limitSeconds: number
  /** What makes of the dump that which is loaded, one after the other, asked then, too; absent: it is loaded as it is. */
  readonly rewriters?: readonly ((() => Rewriter) | undefined)[]
  readonly onProgress: (storedBytes: number) => void
  readonly journal: Journal
}

export function loadRequest(
  docker: Docker,
  { copy, manifest, look, place, name, script, rewriters = [], limitSeconds, onProgress, journal }: Loading,
  signal: AbortSignal,
): LoadRequest {
  return {
    ...{ ...copy, signal, onProgress },
    rewriters: [
      ...fileRewriters(manifest),
      manifest.format === "sql" ? rewriterOf(manifest.subject, look) : undefined,
      ...rewriters,
    ].filter((one) => one !== undefined),
    silence: loadSilence({ docker, look, name, limitSeconds, journal }),
    start: () => docker.exec({ ...(place ?? look.place), ...script(), stdin: true }, signal),
    explain: (code: number, stderr: string) => {
      const fault = look.rules.explain(`loading ${name}`, { code, stdout: "", stderr }, look.access)
      return fault.code === "dump-failed"
        ? new Fault("restore-failed", fault.message, fault.hint === null ? {} : { hint: fault.hint })
        : fault
    },
  }
}

/** Of a file: the stretches that are wanted, or an archive's files alone. */
function fileRewriters({ reading }: Pick<RestorableManifest, "reading">): (() => Rewriter)[] {
  const ranges = reading?.ranges ?? null
  return [
    ...(reading?.archive === "directory" ? [plainTar] : []),
    ...(ranges === null ? [] : [() => keepRanges(ranges)]),
  ]
}

/** What takes the dumped database's own name out of its dump; undefined where it does not stand in it. */
export function rewriterOf(subject: Subject, { rules }: Pick<Look, "rules">) {
  const { rewriter } = rules
  return rewriter && subject.kind === "database" ? () => rewriter(subject.name) : undefined
}
