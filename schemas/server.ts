// A database server we can dump, the databases on it, and what the operator is told about both.
import { z } from "zod"
import { Problem } from "./errors.ts"
import { tlsModes } from "./outside.ts"
import { Bytes, Engine, Instant } from "./scalar.ts"

/** The server's identity as one safe word, `shop~db` for compose project shop, service db. Stable over recreation. */
export const ServerId = z.string().min(1).brand("ServerId")
export type ServerId = z.output<typeof ServerId>

/** `<server id>:<job name>` */
export const JobId = z.string().min(1).brand("JobId")
export type JobId = z.output<typeof JobId>

/** `<server id>:<database name as one safe word>`, or `<server id>:@globals` */
export const DatabaseId = z.string().min(1).brand("DatabaseId")
export type DatabaseId = z.output<typeof DatabaseId>

/** What a backup is of: one logical database, or what lives beside the databases (roles, accounts, grants). */
export const Subject = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("database"), name: z.string().min(1) }),
  z.object({ kind: z.literal("globals") }),
])
export type Subject = z.output<typeof Subject>

/**
 * Why a container is or is not backed up: `active` has jobs; `unprotected` is a database server without `dbbackup.enable`;
 * `disabled` says `enable=false`; `misconfigured` has problems and no earlier good labels; `conflict` shares its identity
 * with another container; `retired` is gone, its backups stay.
 */
export const serverStates = [
  "active",
  "unprotected",
  "disabled",
  "misconfigured",
  "conflict",
  "retired",
] as const
export const ServerState = z.enum(serverStates)
export type ServerState = z.output<typeof ServerState>

/** The container behind a server. `state` is Docker's word: running, paused, restarting, exited, … */
export const Container = z.object({ id: z.string(), name: z.string(), image: z.string(), state: z.string() })
export type Container = z.output<typeof Container>

/** Who can change a server: its container's labels, the settings file, or the API. */
export const Managed = z.enum(["label", "file", "api"])
export type Managed = z.output<typeof Managed>

/** Where a server is that has no container. Never its password, only where that is. */
export const OutsideView = z.object({
  host: z.string(),
  port: z.number().int(),
  user: z.string(),
  tls: z.object({ mode: z.enum(tlsModes), ca: z.enum(["given", "file", "browsers"]).nullable() }),
  password: z.enum(["sealed", "file", "variable", "none"]),
  /** Without their prefix. */
  labels: z.record(z.string(), z.string()),
})
export type OutsideView = z.output<typeof OutsideView>

/** One value in force, and where it comes from. */
export const SettingInForce = z.object({
  key: z.string(),
  value: z.string(),
  source: z.enum(["label", "settings", "default"]),
})
export type SettingInForce = z.output<typeof SettingInForce>

export const Server = z.object({
  id: ServerId,
  name: z.string(),
  engine: Engine.nullable(),
  serverVersion: z.string().nullable(),
  managed: Managed,
  project: z.string().nullable(),
  service: z.string().nullable(),
  container: Container.nullable(),
  state: ServerState,
  /** One sentence: why it is, or is not, backed up. */
  why: z.string(),
  problems: z.array(Problem),
  jobs: z.array(z.string()),
  /** A label block ready to paste, for a server that is not backed up or whose labels have mistakes. */
  suggestedLabels: z.string().nullable(),
  /** Absent: it has, or had, a container. */
  outside: OutsideView.optional(),
})
export type Server = z.output<typeof Server>

/** `late`: two of the schedule's ticks have passed since the newest good backup. `never`: there is none. */
export const freshnessStates = [
  "fresh",
  "late",
  "never",
  "paused",
  "unprotected",
  "misconfigured",
  "conflict",
  "retired",
] as const
export const Freshness = z.enum(freshnessStates)
export type Freshness = z.output<typeof Freshness>

const LastBackup = z.object({
  id: z.string(),
  finishedAt: Instant,
  storedBytes: Bytes,
  durationSeconds: z.number().nonnegative(),
  copies: z.array(z.string()),
})
/** The newest backup of one of its jobs, which nobody has accepted yet, with the reason for the doubt. */
const Suspect = z.object({ id: z.string(), finishedAt: Instant, problem: Problem })
export type Suspect = z.output<typeof Suspect>
/** What retention would delete, and does not until somebody confirms it: it is too much of the backups there are. */
const HeldPrune = z.object({
  heldAt: Instant,
  backups: z.number().int().positive(),
  of: z.number().int().positive(),
  problem: Problem,
})
export type HeldPrune = z.output<typeof HeldPrune>
const LastAttempt = z.object({ id: z.string(), status: z.string(), at: Instant, problem: Problem.nullable() })

/** The newest restore of one of its backups into a throw-away server. */
const LastDrill = z.object({
  backupId: z.string(),
  at: Instant,
  outcome: z.enum(["passed", "failed"]),
  /** How soon it was back; null of one that failed. */
  recoverySeconds: z.number().nonnegative().nullable(),
  /** Why it failed; null of one that passed. */
  problem: Problem.nullable(),
})
export type LastDrill = z.output<typeof LastDrill>

/** A drill that could not be carried out to its end, newer than the last that was: of the backup it says nothing. */
const DrillWithoutVerdict = z.object({ backupId: z.string(), at: Instant, problem: Problem })

export const Database = z.object({
  id: DatabaseId,
  name: z.string(),
  kind: z.enum(["database", "globals"]),
  engine: Engine.nullable(),
  server: Server.pick({
    id: true,
    name: true,
    project: true,
    service: true,
    container: true,
    state: true,
    serverVersion: true,
  }),
  managed: Managed,
  state: Freshness,
  /** Jobs that back it up, by name. Empty: listed, but left out by `dbbackup.databases`. */
  jobs: z.array(z.string()),
  problems: z.array(Problem),
  lastBackup: LastBackup.nullable(),
  lastAttempt: LastAttempt.nullable(),
  suspect: Suspect.nullable(),
  heldPrune: HeldPrune.nullable(),
  /** Null: none of its backups was ever drilled. */
  lastDrill: LastDrill.nullable(),
  drillWithoutVerdict: DrillWithoutVerdict.nullable(),
  /** Two of the drills that its label asks for have stayed away, or came to nothing. */
  overdueDrill: Problem.nullable(),
  nextRunAt: Instant.nullable(),
})
export type Database = z.output<typeof Database>
