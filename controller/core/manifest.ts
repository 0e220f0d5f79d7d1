// The manifest as bytes, both ways. Whoever reads one that does not parse is told why, and trusts nothing of it.
import { Manifest } from "../../schemas/manifest.ts"
import { Fault } from "./fault.ts"

export function formatManifest(manifest: Manifest): Buffer {
  return Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`)
}

/** Throws a Fault `copy-mismatch` for anything but a manifest of a version this program knows. */
export function parseManifest(bytes: Buffer): Manifest {
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
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new Fault(
    "copy-mismatch",
    `the manifest does not parse: ${issue?.path.join(".")}: ${issue?.message}`,
    {
      hint: "It was changed, or written by a newer version of dbbackup.",
    },
  )
}
