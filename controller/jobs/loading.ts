// How the bytes of a restore travel: once to prove the copy, once into the new database.
import type { RestoreId, RestorePlan } from "../../schemas/restore.ts"
import { Fault } from "../core/fault.ts"
import { requireIdentity } from "../core/key-missing.ts"
import { expectedFrom, lacksSome } from "../core/restorable-part.ts"
import { politely } from "../engines/polite.ts"
import { identityFor } from "./identity-for.ts"
import type { Journal } from "./journal.ts"
import type { Ready } from "./ready.ts"
import type { RestoreDeps, RestoreRequest } from "./restore.ts"
import { loadSilence } from "./silence.ts"

/** The two passes over the copy: the proof, and the load itself. */
export function loadingOf(
  deps: RestoreDeps,
  id: RestoreId,
  request: RestoreRequest,
  plan: Pick<RestorePlan, "destination" | "storedBytes">,
  name: string,
  { look }: Ready,
  limitSeconds: number,
  nice: boolean,
  journal: Journal,
  signal: AbortSignal,
) {
  const { manifest, backup } = request
  const destination = deps.destinations.get(plan.destination)
  const key = backup.copies.find((copy) => copy.destination === plan.destination)?.key
  if (!destination || key === undefined)
    throw new Fault("destination-unavailable", `the destination ${plan.destination} is not defined any more`)
  const identity = identityFor(deps, request)?.identity ?? null
  requireIdentity(manifest.encryption, identity === null ? null : { identity })
  const { compression } = manifest
  const common = { destination, key, proof: backup.proof, compression, identity, signal }
  const onProgress = (bytes: number) => deps.catalogue.restoreProgress(id, bytes, plan.storedBytes)
  const load = look.rules.load(name, manifest.format, look.access, {
    isPart: lacksSome(manifest),
    facts: expectedFrom(manifest),
  })
  const script = nice ? politely(load) : load
  return {
    copy: { ...common, end: look.rules.end(manifest.format, manifest.subject), onProgress: () => undefined },
    load: {
      ...common,
      onProgress,
      silence: loadSilence({ docker: deps.docker, look, name: name, limitSeconds, journal }),
      start: () => deps.docker.exec({ ...look.place, ...script, stdin: true }, signal),
      explain: (code: number, stderr: string) => {
        const fault = look.rules.explain(`loading ${name}`, { code, stdout: "", stderr }, look.access)
        return fault.code === "dump-failed"
          ? new Fault("restore-failed", fault.message, fault.hint === null ? {} : { hint: fault.hint })
          : fault
      },
    },
  }
}
