// The manifest as bytes, both ways. Whoever reads one that does not parse, or was changed, is told why, and trusts nothing of it.
import { Manifest } from "../../schemas/manifest.ts"
import { Fault } from "./fault.ts"
import { checkSeal, type SealState, type Signer, sealOf } from "./manifest-seal.ts"

export function formatManifest(manifest: Manifest, signer: Signer | null = null): Buffer {
  // What JSON leaves out is not sealed either.
  const data = JSON.parse(JSON.stringify(manifest))
  return Buffer.from(`${JSON.stringify({ ...data, seal: sealOf(data, signer) }, null, 2)}\n`)
}

/** Throws a Fault `copy-mismatch` for anything but an unchanged manifest of a version this program knows. */
export function parseManifest(bytes: Buffer): Manifest {
  return readManifest(bytes, null).manifest
}

/** The same, and how far it is known to be what was written. */
export function readManifest(
  bytes: Buffer,
  signer: Signer | null,
): { readonly manifest: Manifest; readonly seal: SealState } {
  let data: unknown
  try {
    data = JSON.parse(bytes.toString("utf8"))
  } catch (cause) {
    throw new Fault("copy-mismatch", "the manifest is not JSON", {
      hint: "It was cut short or changed. Use another copy.",
      cause,
    })
  }
  const parsed = Manifest.safeParse(data)
  if (parsed.success) return { manifest: parsed.data, seal: checkSeal(data, signer) }
  const [issue] = parsed.error.issues
  throw new Fault(
    "copy-mismatch",
    `the manifest does not parse: ${issue?.path.join(".")}: ${issue?.message}`,
    {
      hint: "It was changed, or written by a newer version of dbbackup.",
    },
  )
}

/** Why a manifest is believed with less than certainty; null when it is certain, or nothing more can be asked for. */
export function sealNote(seal: SealState, signer: Signer | null): string | null {
  if (seal === "foreign")
    return signer === null
      ? "it is signed, and without ENCRYPTION_KEY that cannot be checked"
      : "it is signed with another ENCRYPTION_KEY than this installation's; where that was changed, ENCRYPTION_KEY_OLD may name the one before"
  if (signer === null || seal === "signed" || seal === "signed-before") return null
  return seal === "hash" ? "it is not signed" : "it has no seal, as those of earlier versions"
}
