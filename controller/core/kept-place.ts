// What a server of the API becomes by what a person says of it, and when its password must be said again.
import type { KeptChanges, KeptPlace, NewServer } from "../../schemas/kept-server.ts"
import { portOf } from "../../schemas/outside.ts"
import { Fault } from "./fault.ts"

/** Throws a Fault, `request-invalid`, for certificates that are none. */
export type ReadCertificates = (pem: string) => string

export function placeOfNew(
  { addedLabels, labels = {}, ...said }: NewServer,
  read: ReadCertificates,
): KeptPlace {
  return placeFrom({ ...said, labels: { ...labels, ...addedLabels } }, read)
}

/** Where one way to the password is named, the others are no more. */
export function placeAfter(before: KeptPlace, changes: KeptChanges, read: ReadCertificates): KeptPlace {
  const { addedLabels, labels = before.labels, ...said } = changes
  const { passwordFile, passwordVariable, ...rest } = before
  const otherWay =
    said.password !== undefined || said.passwordFile !== undefined || said.passwordVariable !== undefined
  const kept = otherWay ? rest : { ...rest, passwordFile, passwordVariable }
  return placeFrom({ ...kept, ...given(said), labels: { ...labels, ...addedLabels } }, read)
}

/** A password that was entered for one server is not shown to another: not by a change of its place, nor of what proves who it is. */
export function requirePasswordAgain(before: KeptPlace, after: KeptPlace): void {
  const way = ({ type, host, tls, ...place }: KeptPlace) =>
    JSON.stringify([type, host, portOf({ type, ...place }), tls.mode, tls.ca ?? null])
  if (way(before) === way(after)) return
  throw new Fault("request-invalid", "type, host, port or tls is another, and the password is not given", {
    hint: "Give the password again: one that was entered for a server is not sent to another.",
  })
}

type Wide = { readonly [Key in keyof KeptPlace]: KeptPlace[Key] | undefined } & {
  readonly password?: unknown
}

function placeFrom(
  said: Partial<Wide> & Pick<KeptPlace, "type" | "host" | "user" | "labels">,
  read: ReadCertificates,
): KeptPlace {
  const { type, host, port, user, labels, passwordFile, passwordVariable } = said
  const { mode, ca } = said.tls ?? { mode: "verify-full" as const, ca: undefined }
  return {
    ...{ type, host, user, labels },
    ...given({ port, passwordFile, passwordVariable }),
    tls: ca === undefined ? { mode } : { mode, ca: read(ca) },
  }
}

type Given<T> = { readonly [Key in keyof T]?: Exclude<T[Key], undefined> }
const given = <T extends object>(values: T): Given<T> =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Given<T>
