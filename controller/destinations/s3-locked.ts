// Deletes an object for good: in a bucket with versions, a plain delete only hides it, and what is locked must wait.
import { Fault } from "../core/fault.ts"
import type { Ask } from "./s3-client.ts"
import { isAbsent } from "./s3-fault.ts"
import { wholeSecond } from "./s3-keeping.ts"

/** More than any key of ours ever gets: notes are written again at each verification, for years. */
const mostVersions = 10_000

interface Layer {
  /** Null in a bucket without versions. */
  readonly version: string | null
  readonly lockedUntil: Date | null
}

/** Every version under the name, and every marker that hides one. Rejects with `in-use` when one is locked at `now`. */
export async function eraseVersions(
  ask: Ask,
  object: { readonly Bucket: string; readonly Key: string },
  name: string,
  now: Date,
  signal: AbortSignal | null,
): Promise<void> {
  for (let n = 0; n < mostVersions; n++) {
    const top = await topLayer(ask, object, signal)
    if (top === undefined) return
    if (top?.lockedUntil && top.lockedUntil > now) throw locked(name, object.Key, top.lockedUntil)
    const version = top?.version ?? null
    const action = version === null ? "s3:DeleteObject" : "s3:DeleteObjectVersion"
    await ask(action, signal, async ({ sdk, client, abort }) => {
      await client.send(
        new sdk.DeleteObjectCommand({ ...object, ...(version !== null && { VersionId: version }) }),
        abort,
      )
    })
    if (version === null) return
  }
}

/** Whether what stands under the name has versions. Of what is not there nothing is known. */
export async function hasVersions(
  ask: Ask,
  object: { readonly Bucket: string; readonly Key: string },
  signal: AbortSignal,
): Promise<boolean> {
  return ((await topLayer(ask, object, signal))?.version ?? null) !== null
}

/** Some stores forget the lock of an upload in parts: what is not locked once it is there is locked then. */
export async function ensureLocked(
  ask: Ask,
  object: { readonly Bucket: string; readonly Key: string },
  mode: "GOVERNANCE" | "COMPLIANCE",
  until: Date,
): Promise<void> {
  const found = await topLayer(ask, object, null)
  if (found?.lockedUntil && found.lockedUntil >= until) return
  await ask("s3:PutObjectRetention", null, async ({ sdk, client }) => {
    const Retention = { Mode: mode, RetainUntilDate: wholeSecond(until) }
    await client.send(new sdk.PutObjectRetentionCommand({ ...object, Retention }))
  })
}

/** What a request for the name meets. Undefined: nothing. Null: it may not be looked at, but perhaps deleted. */
async function topLayer(
  ask: Ask,
  object: { readonly Bucket: string; readonly Key: string },
  signal: AbortSignal | null,
): Promise<Layer | null | undefined> {
  return await ask("s3:GetObject", signal, async ({ sdk, client, abort }) => {
    try {
      const found = await client.send(new sdk.HeadObjectCommand(object), abort)
      return { version: found.VersionId ?? null, lockedUntil: found.ObjectLockRetainUntilDate ?? null }
    } catch (error) {
      const { $metadata, $response } = (error ?? {}) as Refused
      if ($metadata?.httpStatusCode === 403) return null
      if (!isAbsent(error)) throw error
      const { "x-amz-delete-marker": marker, "x-amz-version-id": version } = $response?.headers ?? {}
      return marker === "true" && version ? { version, lockedUntil: null } : undefined
    }
  })
}

interface Refused {
  readonly $metadata?: { readonly httpStatusCode?: number }
  readonly $response?: { readonly headers?: Readonly<Record<string, string>> }
}

export function locked(name: string, object: string, until: Date): Fault {
  return new Fault("in-use", `${object} at ${name} is locked until ${until.toISOString()}`, {
    hint: "The label lock asked for it. It is deleted after that time, when it is deleted again or retention no longer keeps it.",
  })
}
