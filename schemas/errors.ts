// Everything that can go wrong, as a closed set of codes. What to do next is a property of the code.
import { z } from "zod"

/** The envelope's error codes (specification, 6.2.2). */
export const apiErrorCodes = [
  "VALIDATION_ERROR",
  "NOT_FOUND",
  "UNAUTHORIZED",
  "FORBIDDEN",
  "CONFLICT",
  "DATABASE_ERROR",
  "S3_ERROR",
  "BACKUP_ERROR",
  "RESTORE_ERROR",
] as const
export const ApiErrorCode = z.enum(apiErrorCodes)
export type ApiErrorCode = z.output<typeof ApiErrorCode>

/**
 * `retry` soon by itself; not before the `next-run`, or `until-config-changes`; `stop-and-alert` is tried again too, and blocks
 * pruning until it works.
 */
export type NextStep = "retry" | "next-run" | "until-config-changes" | "stop-and-alert"

type Meaning = {
  readonly next: NextStep
  readonly api: ApiErrorCode
  readonly http: 400 | 403 | 404 | 409 | 500 | 502 | 503
}

const meanings = {
  // What labels and identities can be wrong about
  "label-unknown": { next: "until-config-changes", api: "VALIDATION_ERROR", http: 400 },
  "label-invalid": { next: "until-config-changes", api: "VALIDATION_ERROR", http: 400 },
  "label-not-in-force": { next: "until-config-changes", api: "VALIDATION_ERROR", http: 400 },
  "not-enabled": { next: "until-config-changes", api: "VALIDATION_ERROR", http: 400 },
  "identity-conflict": { next: "until-config-changes", api: "CONFLICT", http: 409 },
  "destination-unknown": { next: "until-config-changes", api: "VALIDATION_ERROR", http: 400 },
  "key-unknown": { next: "until-config-changes", api: "VALIDATION_ERROR", http: 400 },
  // What a server can refuse
  "engine-unknown": { next: "until-config-changes", api: "DATABASE_ERROR", http: 502 },
  "tool-missing": { next: "until-config-changes", api: "DATABASE_ERROR", http: 502 },
  "engine-mismatch": { next: "until-config-changes", api: "DATABASE_ERROR", http: 502 },
  "tls-refused": { next: "until-config-changes", api: "DATABASE_ERROR", http: 502 },
  "host-unknown": { next: "retry", api: "DATABASE_ERROR", http: 502 },
  "access-denied": { next: "until-config-changes", api: "DATABASE_ERROR", http: 502 },
  "server-down": { next: "retry", api: "DATABASE_ERROR", http: 503 },
  "server-not-ready": { next: "retry", api: "DATABASE_ERROR", http: 503 },
  "server-lost": { next: "retry", api: "DATABASE_ERROR", http: 502 },
  "database-gone": { next: "next-run", api: "DATABASE_ERROR", http: 404 },
  "nothing-to-back-up": { next: "until-config-changes", api: "BACKUP_ERROR", http: 409 },
  "server-warning": { next: "next-run", api: "DATABASE_ERROR", http: 502 },
  // What the Docker engine can refuse
  "docker-unreachable": { next: "retry", api: "DATABASE_ERROR", http: 503 },
  "docker-error": { next: "retry", api: "DATABASE_ERROR", http: 502 },
  // What a dump can get wrong
  "dump-failed": { next: "retry", api: "BACKUP_ERROR", http: 502 },
  "dump-stalled": { next: "retry", api: "BACKUP_ERROR", http: 502 },
  "dump-truncated": { next: "stop-and-alert", api: "BACKUP_ERROR", http: 502 },
  "dump-incomplete": { next: "stop-and-alert", api: "BACKUP_ERROR", http: 502 },
  "dump-empty": { next: "stop-and-alert", api: "BACKUP_ERROR", http: 502 },
  // What waits for a person: a proven dump that one must doubt, deletions that are too many
  "backup-suspect": { next: "stop-and-alert", api: "BACKUP_ERROR", http: 409 },
  "prune-held": { next: "until-config-changes", api: "CONFLICT", http: 409 },
  // A proof that a label asks for, and that stays away
  "drill-overdue": { next: "until-config-changes", api: "BACKUP_ERROR", http: 409 },
  // What a hook in the labels can get wrong
  "hook-failed": { next: "next-run", api: "BACKUP_ERROR", http: 502 },
  "hooks-off": { next: "until-config-changes", api: "BACKUP_ERROR", http: 409 },
  timeout: { next: "next-run", api: "BACKUP_ERROR", http: 502 },
  cancelled: { next: "next-run", api: "CONFLICT", http: 409 },
  interrupted: { next: "retry", api: "BACKUP_ERROR", http: 500 },
  // What a destination can refuse
  "disk-full": { next: "stop-and-alert", api: "BACKUP_ERROR", http: 503 },
  "destination-unavailable": { next: "retry", api: "BACKUP_ERROR", http: 503 },
  "copy-missing": { next: "stop-and-alert", api: "NOT_FOUND", http: 404 },
  "copy-mismatch": { next: "stop-and-alert", api: "BACKUP_ERROR", http: 500 },
  // What a restore can refuse
  "key-missing": { next: "until-config-changes", api: "RESTORE_ERROR", http: 409 },
  "plan-stale": { next: "until-config-changes", api: "CONFLICT", http: 409 },
  "target-exists": { next: "until-config-changes", api: "CONFLICT", http: 409 },
  "restore-failed": { next: "until-config-changes", api: "RESTORE_ERROR", http: 502 },
  "restore-denied": { next: "until-config-changes", api: "FORBIDDEN", http: 403 },
  "restore-unsupported": { next: "until-config-changes", api: "RESTORE_ERROR", http: 400 },
  // What a file that is handed in can be instead of a dump to keep
  "import-refused": { next: "until-config-changes", api: "VALIDATION_ERROR", http: 400 },
  // What a request can get wrong
  "request-invalid": { next: "until-config-changes", api: "VALIDATION_ERROR", http: 400 },
  "not-found": { next: "until-config-changes", api: "NOT_FOUND", http: 404 },
  "already-running": { next: "retry", api: "CONFLICT", http: 409 },
  "in-use": { next: "until-config-changes", api: "CONFLICT", http: 409 },
  "settings-invalid": { next: "until-config-changes", api: "VALIDATION_ERROR", http: 400 },
  "data-folder-in-use": { next: "until-config-changes", api: "CONFLICT", http: 409 },
  "catalogue-damaged": { next: "stop-and-alert", api: "DATABASE_ERROR", http: 500 },
  internal: { next: "stop-and-alert", api: "BACKUP_ERROR", http: 500 },
} as const satisfies Record<string, Meaning>

export type FaultCode = keyof typeof meanings
export const faultCodes = Object.keys(meanings) as readonly FaultCode[]

export function meaningOf(code: FaultCode): Meaning {
  return meanings[code]
}

/**
 * What is wrong, in words for a person: `message` states facts (lower case, no full stop), `hint` is a sentence
 * telling what to do, `key` is the label it is about, `suggestion` the nearest valid spelling.
 */
export const Problem = z.object({
  code: z.enum(faultCodes as [FaultCode, ...FaultCode[]]),
  message: z.string(),
  hint: z.string().nullable(),
  key: z.string().nullable(),
  suggestion: z.string().nullable(),
})
export type Problem = z.output<typeof Problem>

/** Of a backup that is not trusted: whether it is damaged, which nobody can accept, rather than suspect. */
export const isDamage = ({ code }: Pick<Problem, "code">): boolean => code !== "backup-suspect"
