// Named retention policies: those of the settings, to be read, and those that people enter over the API, in force at once; and
// what a policy would do to the backups there are.
import type { JobView } from "../../schemas/job.ts"
import { formatRetention, PolicyName, Retention, type RetentionPolicy } from "../../schemas/retention.ts"
import type { ChangedRetentionPolicy, NamedPolicy } from "../../schemas/retention-policy.ts"
import type { Database } from "../../schemas/server.ts"
import { Fault } from "../core/fault.ts"
import { pruneHalt } from "../core/prune-halt.ts"
import { retentionPreview } from "../core/retention-preview.ts"
import { nearest } from "../core/suggest.ts"
import type { Catalogue, Clock, KeptPolicy, PolicyStore, RetentionPolicies } from "../ports.ts"
import type { World } from "./world.ts"

interface Deps {
  readonly store: PolicyStore
  readonly catalogue: Pick<Catalogue, "goodBackups" | "doubts">
  /** Of the settings, as they are now. */
  readonly set: () => ReadonlyMap<string, RetentionPolicy>
  readonly world: Pick<World, "derived" | "databases" | "jobs">
  readonly clock: Clock
  /** The policies are others now. */
  readonly changed: () => void
}

/** All that labels may name. The settings go before the API: one of theirs cannot be changed from afar. */
export function policiesInForce(
  set: ReadonlyMap<string, RetentionPolicy>,
  kept: readonly KeptPolicy[],
): ReadonlyMap<string, RetentionPolicy> {
  return new Map([...kept.map(({ name, policy }) => [name, policy] as const), ...set])
}

export function createRetentionPolicies(deps: Deps): RetentionPolicies {
  const { store, catalogue, set, world, clock } = deps
  const jobsNaming = (name: string) => world.jobs().flatMap((job) => (isNamedBy(job, name) ? [job.id] : []))

  const shown = ({
    name,
    description,
    retention,
    policy,
    createdAt,
    updatedAt,
  }: KeptPolicy): NamedPolicy => ({
    ...{ id: name, name, description, managed: "api", retention, policy, jobs: jobsNaming(name) },
    ...{ createdAt: createdAt.toISOString(), updatedAt: updatedAt.toISOString() },
  })
  const shownSet = ([name, policy]: readonly [string, RetentionPolicy]): NamedPolicy => ({
    ...{ id: name, name, description: null, managed: "file", retention: formatRetention(policy), policy },
    ...{ jobs: jobsNaming(name), createdAt: null, updatedAt: null },
  })
  function own(name: string): KeptPolicy {
    if (set().has(name))
      throw new Fault("in-use", `the policy ${name} belongs to the settings`, {
        hint: "Change it there: retention.policies in dbbackup.yaml.",
      })
    const kept = store.keptPolicies().find((one) => one.name === name)
    if (kept) return kept
    throw new Fault("not-found", `there is no retention policy ${name}`, {
      hint: "List them with GET /api/retention-policies.",
    })
  }
  function save(
    name: string,
    { retention, description }: ChangedRetentionPolicy,
    createdAt: Date,
  ): NamedPolicy {
    const policy = Retention.parse(retention)
    const kept = { name, retention, description: description ?? null, policy, createdAt, updatedAt: clock() }
    store.savePolicy(kept)
    deps.changed()
    return shown(kept)
  }

  return {
    list: () => {
      const ofSettings = [...set()].map(shownSet)
      const others = store.keptPolicies().filter(({ name }) => !set().has(name))
      return [...ofSettings, ...others.map(shown)]
    },
    add({ name, ...request }) {
      if (set().has(name) || store.keptPolicies().some((one) => one.name === name))
        throw new Fault("in-use", `there is a retention policy ${name} already`, {
          hint: "Names are what labels refer to: give each its own, or change that one with PUT.",
        })
      return save(name, request, clock())
    },
    change: (name, request) => save(name, request, own(name).createdAt),
    remove(name) {
      own(name)
      const jobs = jobsNaming(name)
      if (jobs.length > 0)
        throw new Fault("in-use", `${jobs.join(", ")} keeps its backups by the policy ${name}`, {
          hint: "Take it out of the label retention first.",
        })
      store.forgetPolicy(name)
      deps.changed()
      return clock()
    },
    preview({ retention, databaseId }) {
      const policy =
        retention === undefined
          ? undefined
          : policyNamed(retention, policiesInForce(set(), store.keptPolicies()))
      const all = world.databases()
      const wanted = databaseId === undefined ? all : all.filter(({ id }) => id === databaseId)
      if (databaseId !== undefined && wanted.length === 0)
        throw new Fault("not-found", `there is no database ${databaseId}`, {
          hint: "List them with GET /api/databases.",
        })
      const now = clock()
      return wanted.flatMap((database) =>
        jobsOf(database).map((job) => {
          const { spec } = job
          const asked = policy ? { ...job, spec: { ...spec, retention: policy } } : job
          const halt = pruneHalt([], catalogue.doubts(database.server.id))
          const good = catalogue.goodBackups(job.id, database.id)
          return retentionPreview(asked, database, good, halt, now, databaseId !== undefined)
        }),
      )
    },
  }

  function jobsOf({ server, jobs }: Database) {
    return (world.derived(server.id)?.jobs ?? []).filter(({ name }) => jobs.includes(name))
  }
}

const isNamedBy = ({ settings }: JobView, policy: string): boolean =>
  settings.some(({ key, value }) => key === "retention" && value.trim() === policy)

function policyNamed(text: string, policies: ReadonlyMap<string, RetentionPolicy>): RetentionPolicy {
  const name = PolicyName.safeParse(text.trim()).data
  const named = name === undefined ? undefined : policies.get(name)
  if (named) return named
  const parsed = Retention.safeParse(text)
  if (parsed.success) return parsed.data
  const near = name === undefined ? null : nearest(name, [...policies.keys()])
  throw new Fault("request-invalid", `"${text}" is no retention policy: ${parsed.error.issues[0]?.message}`, {
    ...(near !== null && { hint: `Did you mean ${near}?` }),
  })
}
