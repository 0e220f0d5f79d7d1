// Level `read`: besides the bytes, the engine's own tool reads the dump to its end, streamed into it, where the engine has such a
// tool; where it has none, the text is read to its trailer, and the report says that this is all.

import type { CompletedBackup } from "../../schemas/backup.ts"
import type { Manifest } from "../../schemas/manifest.ts"
import { inWords as countsInWords } from "../core/completeness.ts"
import { Fault, faultIn, problemOf } from "../core/fault.ts"
import { compareVersions, versionNumbers } from "../core/tool-image.ts"
import { usualHelper } from "../core/tool-place.ts"
import type { Finding } from "../core/verify-plan.ts"
import type { EngineRules, Script } from "../engines/engine.ts"
import { rulesFor } from "../engines/registry.ts"
import { loadDump } from "../pipeline/load.ts"
import type { Silence } from "../pipeline/stall.ts"
import type { Docker } from "../ports.ts"
import type { Place } from "./place.ts"
import type { Target } from "./probe.ts"
import { lookInsideTidied, type ReadyDeps } from "./ready.ts"
import { bytesInWords, checkCopy, checkManifest, type Reading } from "./verify-bytes.ts"

export interface ReadDeps extends ReadyDeps {
  readonly docker: Docker
}
/** The server that the backup is of, whose tools are the second choice. Throws a Fault when it is gone. */
export type ServerOf = (backup: CompletedBackup) => Target

export async function readCopy(
  deps: ReadDeps,
  reading: Reading,
  server: () => Target,
  signal: AbortSignal,
): Promise<Finding> {
  const { manifest } = reading
  const rules = rulesFor(manifest.engine.name)
  const script = rules.read(manifest.format)
  if (script === null) return await readText(reading, signal)
  const read = await readByTool(deps, reading, rules, script, server, signal)
  if ("fault" in read) {
    // Whether the copy is another than was stored, or the dump never was one, only the bytes tell.
    const bytes = await checkCopy(reading, signal)
    return bytes.good ? { good: false, of: "dump", problem: problemOf(read.fault) } : bytes
  }
  // The tool was fed what has the sizes and hashes recorded.
  return await checkManifest(reading, [...bytesInWords(reading), read.said], signal)
}

/** Nothing but a server reads statements. */
async function readText(reading: Reading, signal: AbortSignal): Promise<Finding> {
  const ends: ReturnType<Reading["end"]>[] = []
  const end = () => {
    const watcher = reading.end()
    ends.push(watcher)
    return watcher
  }
  const finding = await checkCopy({ ...reading, end }, signal)
  const watcher = ends.at(-1)
  if (!finding.good || !watcher) return finding
  const { format, subject, engine } = reading.manifest
  const held = subject.kind === "globals" ? "" : `, and its headings tell of ${countsInWords(watcher.held())}`
  const said = `it is ${format === "sql" ? "text" : format} from its first line to ${watcher.finish()}${held}`
  const limit = `no tool of ${engine.name} reads text without running it: only a drill or a restore proves the statements`
  return { good: true, report: [...finding.report, said, limit] }
}

const toolHint = "The tool could not do its work here, which says nothing of the backup. See its message."

/** It has nothing to wait for but us. */
const silence: Silence = {
  limitSeconds: 900,
  notice: () => {},
  verdict: async (waited) =>
    new Fault("docker-error", `the tool that reads the dump took no byte of it for ${waited} s`, {
      hint: toolHint,
    }),
}

type Read = { readonly said: string } | { readonly fault: Fault }

async function readByTool(
  deps: ReadDeps,
  reading: Reading,
  rules: EngineRules,
  script: Script,
  server: () => Target,
  signal: AbortSignal,
): Promise<Read> {
  const { copy, manifest, onProgress } = reading
  const readIn = async (place: Place, where: string): Promise<Read> => {
    try {
      const { rawBytes } = await loadDump({
        ...{ ...copy, signal, onProgress },
        start: () => deps.docker.exec({ ...place, ...script, stdin: true }, signal),
        explain: (code, stderr) => whyNotRead(rules, code, stderr),
        silence,
      })
      return {
        said: `${rules.engine}'s own tool read all ${rawBytes} bytes of the dump to its end, in ${where}`,
      }
    } catch (error) {
      signal.throwIfAborted()
      const fault = faultIn(error)
      if (fault && ["dump-truncated", "copy-mismatch", "copy-missing"].includes(fault.code)) return { fault }
      throw error
    }
  }
  const { image, imageId } = manifest.server
  if (imageId === "") return await readIn(...(await placeAtServer(deps, manifest, server, signal)))
  const { memoryBytes } = usualHelper
  try {
    const place: Place = { containerId: "", helper: { image: imageId, memoryBytes, alone: true } }
    return await readIn(place, `a container of the backup's own image, ${image}`)
  } catch (error) {
    if (faultIn(error)?.code !== "tool-missing") throw error
    return await readIn(...(await placeAtServer(deps, manifest, server, signal)))
  }
}

/** Throws a Fault when the server is not there, or its tools are older than those that made the dump. */
async function placeAtServer(
  deps: ReadDeps,
  { engine, server: { image } }: Manifest,
  server: () => Target,
  signal: AbortSignal,
): Promise<readonly [Place, string]> {
  const hint = `Pull ${image} again, or start the server.`
  const look = await lookInsideTidied(deps, server(), signal).catch((error) => {
    const fault = faultIn(error)
    if (!fault) throw error
    throw new Fault(fault.code, `the image ${image} is not here, and ${fault.message}`, {
      hint,
      cause: error,
    })
  })
  const { tool, toolVersion } = look.probe
  if (compareVersions(engine.name, versionNumbers(toolVersion), versionNumbers(engine.toolVersion)) < 0)
    throw new Fault(
      "tool-missing",
      `${tool} ${toolVersion} of the server is older than the ${engine.toolVersion} that made the dump`,
      { hint },
    )
  return [look.place, "the server's container"]
}

/** `dump-truncated` when it is the dump's fault; any other code says that the tool could not do its work. */
function whyNotRead(rules: EngineRules, code: number, stderr: string): Fault {
  const access = { user: undefined, passwordEnv: undefined, passwordFile: undefined }
  const fault = rules.explain("reading the dump", { code, stdout: "", stderr }, access)
  const ofTheTool = /out of memory|unsupported version|No space left|cannot allocate/i.test(stderr)
  if (fault.code !== "dump-failed") return fault
  if (code !== 1 || ofTheTool) return new Fault("docker-error", fault.message, { hint: toolHint })
  return new Fault("dump-truncated", fault.message, {
    hint: "No copy of this backup can be good. Make a new backup now; an older one is what there is until then.",
  })
}
