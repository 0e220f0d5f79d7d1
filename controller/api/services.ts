// What the API is given by serve.ts: everything it shows and everything it can set off.
import type { Readable } from "node:stream"
import type { Verdict } from "../../schemas/api.ts"
import type { Backup, BackupId } from "../../schemas/backup.ts"
import type { CatalogueState, Maintenance, MaintenanceTask } from "../../schemas/catalogue.ts"
import type { Configuration, ImportPlan } from "../../schemas/configuration.ts"
import type { Problem } from "../../schemas/errors.ts"
import type { JobView } from "../../schemas/job.ts"
import type { AdoptedOrphans, Cleaned, Mended, Orphans, ToClean } from "../../schemas/orphans.ts"
import type { Rebuild } from "../../schemas/rebuild.ts"
import type { Database, DatabaseId, JobId, Server } from "../../schemas/server.ts"
import type { SettingsView } from "../../schemas/settings-view.ts"
import type { VerifyLevel } from "../../schemas/verification.ts"
import type { VerifyTask, VerifyTaskId } from "../../schemas/verify-task.ts"
import type {
  Actions,
  Buckets,
  Catalogue,
  Clock,
  Destination,
  EventHub,
  Health,
  Log,
  OutsideServers,
  RetentionPolicies,
  Sources,
} from "../ports.ts"

/** The world as it is now, ready to be shown. */
export interface View {
  servers(): readonly Server[]
  databases(): readonly Database[]
  jobs(): readonly JobView[]
  /** At most `count` moments, soonest first; none for a job that only runs on request. Undefined for an unknown job. */
  nextRuns(jobId: JobId, count: number): readonly Date[] | undefined
  verdict(): Verdict
  /** Who stopped every schedule at once; null while each job follows its own label or override. */
  pausedForAll(): "person" | "settings" | null
}

export interface Info {
  readonly version: string
  readonly startedAt: Date
  readonly listening: { readonly address: string; readonly port: number; readonly loopbackOnly: boolean }
  readonly discovery: "labels" | "auto"
  readonly labelPrefix: string
  readonly timeZone: string
}

export interface Services {
  readonly catalogue: Catalogue
  readonly actions: Actions
  readonly health: Health
  readonly events: EventHub
  readonly clock: Clock
  readonly log: Log
  readonly view: View
  /** Looks at every container and into every server now; resolves once the view shows what was found. */
  readonly discover: () => Promise<void>
  /** Has a backup copied to every bucket that it is not in. Throws a Fault when there is none. */
  readonly copyToBuckets: (id: BackupId) => void
  readonly rebuilding: {
    /** Throws a Fault when the destination is unknown, or while a rebuild runs. */
    begin(destination: string, withCatalogue?: boolean): Rebuild
    state(): Rebuild
  }
  readonly sources: Sources
  /** Keeps a file as a backup; resolves once it is stored. Rejects with a Fault, `import-refused` among others. */
  readonly importDump: (
    asked: {
      readonly serverId: string
      readonly database: string
      readonly fileName: string
      readonly madeAt: Date
    },
    file: Readable,
    signal: AbortSignal,
  ) => Promise<Backup>
  /** Each rejects with a Fault when it is refused, or the destination cannot be listed. */
  readonly orphans: {
    look(destination: string, signal: AbortSignal): Promise<Orphans>
    adopt(destination: string, keys: readonly string[], signal: AbortSignal): Promise<AdoptedOrphans>
    clean(destination: string, asked: ToClean, signal: AbortSignal): Promise<Cleaned>
    mend(destination: string, keys: readonly string[], signal: AbortSignal): Promise<Mended>
  }
  readonly catalogueCare: {
    state(): CatalogueState
    /** Why the catalogue cannot be relied on yet; null when it can. */
    problem(): Problem | null
    /** Rejects with a Fault while the catalogue is being made again. */
    copyNow(): Promise<unknown>
    /** Rejects with a Fault when it cannot be done now. */
    maintain(task: MaintenanceTask): Promise<Maintenance>
  }
  readonly configuration: {
    export(): Configuration
    /** Throws a Fault when a change is refused; those before it stay. */
    import(configuration: Configuration, dryRun: boolean): ImportPlan
  }
  readonly verifications: {
    /** Throws a Fault when it is refused. */
    ask(request: {
      readonly backupId: BackupId
      readonly level: VerifyLevel
      readonly destination: string | null
      readonly askedBy: VerifyTask["askedBy"]
      readonly identity?: string | undefined
    }): VerifyTask
    task(id: string): VerifyTask | undefined
    tasks(): readonly VerifyTask[]
    cancel(id: VerifyTaskId): boolean
  }
  /** Carries out what retention holds back of a database; `backups`: how many the person has seen. Throws a Fault when refused. */
  readonly confirmPrune: (databaseId: DatabaseId, backups: number) => void
  /** Undefined when no destination has the name any more. */
  readonly destination: (name: string) => Destination | undefined
  readonly buckets: Buckets
  readonly outside: OutsideServers
  readonly retentionPolicies: RetentionPolicies
  readonly info: Info
  readonly settings: () => SettingsView
  /** Folder of the built dashboard; null to serve the API alone. */
  readonly staticFiles: string | null
}
