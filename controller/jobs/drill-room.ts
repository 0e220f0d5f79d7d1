// Whether a throw-away server has room for what is to be restored into it, asked where its data is.
import type { Manifest } from "../../schemas/manifest.ts"
import { Fault } from "../core/fault.ts"
import type { Docker } from "../ports.ts"
import type { DrillServer } from "./drill-server.ts"
import { runTool } from "./tool.ts"

/** What the disk must have left after that for everybody else. */
const spareBytes = 512 * 2 ** 20

/** Twice its size on the server that was dumped; without a fingerprint, four times the dump, whose indexes are still to be built. */
export function neededBytes({ fingerprint, proof }: Pick<Manifest, "fingerprint" | "proof">): number {
  return fingerprint ? fingerprint.databaseBytes * 2 : proof.rawBytes * 4
}

/** Throws a Fault, `disk-full`. Where nobody can say, it is tried. */
export async function requireScratchRoom(
  docker: Docker,
  { server, look }: DrillServer,
  manifest: Manifest,
  signal: AbortSignal,
): Promise<void> {
  const script = { script: 'exec df -Pk "$1"', args: [server.dataPath] }
  const { code, stdout } = await runTool(docker, look.place, script, signal)
  const kibibytes = Number(stdout.trim().split("\n").at(-1)?.trim().split(/\s+/)[3])
  if (code !== 0 || !Number.isFinite(kibibytes)) return
  const [free, needed] = [kibibytes * 1024, neededBytes(manifest) + spareBytes]
  if (free >= needed) return
  throw new Fault(
    "disk-full",
    `the disk of the Docker engine has ${inMebibytes(free)} MiB left, and a drill of this backup may need ${inMebibytes(needed)} MiB`,
    {
      hint: "Nothing was restored. Free some space where Docker keeps its volumes, then have it drilled again.",
    },
  )
}

const inMebibytes = (bytes: number) => Math.floor(bytes / 2 ** 20)
