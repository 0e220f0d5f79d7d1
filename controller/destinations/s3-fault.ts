// What a bucket's refusals mean, and what to do about each. Knows names and status codes, not the library that reports them.
import { Fault } from "../core/fault.ts"

/** For messages: what was tried, and the permission it takes. */
export interface S3Act {
  readonly name: string
  readonly location: string
  readonly action: S3Action
}
export type S3Action =
  | "s3:PutObject"
  | "s3:GetObject"
  /** HEAD of what is not there is forbidden to whoever may not list. */
  | "s3:GetObject and s3:ListBucket"
  | "s3:PutObjectRetention"
  | "s3:DeleteObject"
  | "s3:DeleteObjectVersion"
  | "s3:ListBucket"
  | "s3:ListBucketMultipartUploads"
  | "s3:AbortMultipartUpload"
  | "s3:ListAllMyBuckets"

type Refusal = {
  readonly name?: string
  readonly message?: string
  readonly code?: string
  readonly $metadata?: { httpStatusCode?: number }
}
type Meaning = {
  readonly code: "disk-full" | "destination-unavailable"
  readonly what: string
  readonly hint: (act: S3Act, message: string) => string
}

const unavailable = (what: string, hint: Meaning["hint"]): Meaning => ({
  code: "destination-unavailable",
  what,
  hint,
})
const full = (what: string): Meaning => ({
  code: "disk-full",
  what,
  hint: () => "Free some space there or lower the retention, then run the backup again.",
})
const denied = unavailable(
  "refused access",
  ({ action }, message) =>
    `Give these credentials the permission ${namedIn(message) ?? action} on the bucket and its objects.`,
)
/** AWS says what is missing: that may be a permission on a key, a tag or a lock. */
const namedIn = (message: string): string | undefined =>
  /not authorized to perform: (\w+:\w+)/.exec(message)?.[1]
const credentials = unavailable(
  "refused the credentials",
  () => "Check the access key, its secret and its session token.",
)
const noCredentials = unavailable(
  "has no credentials",
  () => "Set the access key and its secret, or run with a role that has them.",
)
const region = unavailable("is in another region", () => "Set the bucket's own region.")
const noLock = unavailable(
  "has no object lock",
  () => "Make a bucket with object lock, or take lockMode out of the settings of this one.",
)
const unreachable = unavailable(
  "cannot be reached",
  () => "Check the endpoint, the network and the name server.",
)
const busy = unavailable(
  "is overloaded or failing",
  () => "Try again later; if it stays, look at the store's own status.",
)

const byName: Readonly<Record<string, Meaning>> = {
  NoSuchBucket: unavailable("does not exist", () => "Create the bucket, or correct its name or endpoint."),
  AccessDenied: denied,
  Forbidden: denied,
  InvalidAccessKeyId: credentials,
  SignatureDoesNotMatch: credentials,
  ExpiredToken: credentials,
  InvalidToken: credentials,
  CredentialsProviderError: noCredentials,
  PermanentRedirect: region,
  AuthorizationHeaderMalformed: region,
  RequestTimeTooSkewed: unavailable("refused the time of this machine", () => "Set this machine's clock."),
  QuotaExceeded: full("has reached its quota"),
  ObjectLockConfigurationNotFoundError: noLock,
  XMinioStorageFull: full("has no space left"),
  XMinioAdminBucketQuotaExceeded: full("has reached its quota"),
  SlowDown: busy,
  ServiceUnavailable: busy,
  InternalError: busy,
  TimeoutError: unreachable,
}
const byStatus: Readonly<Record<number, Meaning>> = {
  301: region,
  403: denied,
  500: busy,
  503: busy,
  507: full("has no space left"),
}
const distrusted = unavailable(
  "has a certificate that is not trusted",
  () => "Name the file of the authority that signed it as caFile, and reach the store by the name it is for.",
)
const certificateCodes = [
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "CERT_HAS_EXPIRED",
  "ERR_TLS_CERT_ALTNAME_INVALID",
]
const networkCodes = [
  "ECONNREFUSED",
  "ECONNRESET",
  "ENOTFOUND",
  "EAI_AGAIN",
  "ETIMEDOUT",
  "EHOSTUNREACH",
  "EPIPE",
  "ConnectionRefused",
]

/** The keys were refused, not what was asked with them. */
export function areKeysRefused(error: unknown): boolean {
  return keyRefusals.includes((error as Refusal | null)?.name ?? "")
}
const keyRefusals = ["InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken", "InvalidToken"]

/** A refusal as a Fault; a Fault as it is. */
export function s3Fault(act: S3Act, error: unknown): Fault {
  if (error instanceof Fault) return error
  const { name = "", message = String(error), code = "", $metadata } = (error ?? {}) as Refusal
  const {
    code: fault,
    what,
    hint,
  } = (/object ?lock/i.test(message) && name === "InvalidRequest" ? noLock : byName[name]) ??
  byStatus[$metadata?.httpStatusCode ?? 0] ??
  (networkCodes.includes(code)
    ? unreachable
    : certificateCodes.includes(code)
      ? distrusted
      : unavailable("failed", () => "See the message, and the store's own log."))
  return new Fault(
    fault,
    `${act.name} (${act.location}) ${what}: ${[name || code, message].filter(Boolean).join(", ")}`,
    {
      hint: hint(act, message),
      cause: error,
    },
  )
}

/** The object, or what should hold it, is not there. HEAD answers have no name, only the status. */
export function isAbsent(error: unknown): boolean {
  const { name, $metadata } = (error ?? {}) as Refusal
  return (
    name === "NoSuchKey" ||
    name === "NotFound" ||
    (name !== "NoSuchBucket" && $metadata?.httpStatusCode === 404)
  )
}
