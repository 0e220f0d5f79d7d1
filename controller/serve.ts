// The composition root: puts adapters, jobs, reconciler and API together, takes changed settings in, stops in order.
import { dirname, join } from "node:path"
import packageJson from "../package.json" with { type: "json" }
import { type Environment, openAdapters, type Wrapping } from "./adapters.ts"
import { noteAddress } from "./api/address.ts"
import { createApp } from "./api/app.ts"
import { announce, listen } from "./api/listen.ts"
import { Fault } from "./core/fault.ts"
import { outsideContainers } from "./core/outside-server.ts"
import { noVerdicts } from "./core/overdue-drill.ts"
import { rulesOf } from "./core/rules.ts"
import { isLoopback } from "./core/settings.ts"
import { bucketsFrom, connectBucket } from "./destinations/configured.ts"
import { guessEngine } from "./engines/detect.ts"
import { createBeside } from "./jobs/beside.ts"
import { testConnection } from "./jobs/connection.ts"
import { createTieUp } from "./jobs/loose-ends.ts"
import { lookInsideTidied } from "./jobs/ready.ts"
import { tidyUp } from "./jobs/tidy-up.ts"
import { operatorNow } from "./operator.ts"
import { createBucketConfigs } from "./reconcile/bucket-configs.ts"
import { createConfiguration } from "./reconcile/configuration.ts"
import { createDerivation } from "./reconcile/derivation.ts"
import { createDispatch } from "./reconcile/dispatch.ts"
import { createFreshness } from "./reconcile/freshness.ts"
import { createHealth } from "./reconcile/health.ts"
import { createKeptServers, isAtWork } from "./reconcile/kept-servers.ts"
import { createWatch } from "./reconcile/loop.ts"
import { createPauses } from "./reconcile/pauses.ts"
import { createProber } from "./reconcile/prober.ts"
import { createQueue } from "./reconcile/queue.ts"
import { createReconciler } from "./reconcile/reconciler.ts"
import { createRetentionPolicies } from "./reconcile/retention-policies.ts"
import { createScheduler } from "./reconcile/scheduler.ts"
import { createWorld } from "./reconcile/world.ts"
import { createUpkeep } from "./upkeep.ts"
import { workOf } from "./work.ts"

const program = `dbbackup ${packageJson.version}`
const retryCheckMilliseconds = 5000
const helpersMilliseconds = 5000

/** Starts the controller and resolves once it answers. Throws a Fault when it cannot start. */
export async function serve(env: Environment, wrapping?: Wrapping): Promise<void> {
  const startedAt = new Date()
  const adapters = await openAdapters(env, wrapping)
  const { clock, newId, source, settings, log, locks, stop, events } = adapters
  const { catalogue, destinations, docker, keys, identities, vault, signer } = adapters
  const buckets = createBucketConfigs({
    store: catalogue,
    vault,
    destinations,
    set: bucketsFrom(settings, env),
    connect: connectBucket,
    jobs: () => world.jobs(),
    clock,
    newId,
    log,
    changed: () => takeIn(),
  })
  const retentionPolicies = createRetentionPolicies({
    ...{ store: catalogue, catalogue, clock, changed: () => takeIn() },
    set: () => source.current().policies,
    world: {
      derived: (id) => world.derived(id),
      databases: () => world.databases(),
      jobs: () => world.jobs(),
    },
  })
  await tidyUp({ catalogue, destinations, clock, log }, stop.signal)

  const rules = rulesOf(() => source.current())
  const world = createWorld({
    ...{ catalogue, events, clock, prefix: settings.labelPrefix, rules, log },
    noVerdicts: () => noVerdicts(upkeep.services.verifications.tasks()),
  })
  const queue = createQueue(settings.maxConcurrent, (error) =>
    log("error", "work threw, which it never should", {
      stack: error instanceof Error ? error.stack : String(error),
    }),
  )
  const { random } = Math
  const hooksAllowed = () => source.current().hooksAllowed
  const tieUp = createTieUp({ docker, catalogue, clock, log, hooksAllowed })
  const beside = createBeside({ docker, catalogue, log })
  const deps = { docker, catalogue, destinations, clock, newId, log, program, tieUp, hooksAllowed, random }
  const jobDeps = { ...deps, keys, identities, signer, beside }
  const pauses = createPauses(
    catalogue,
    clock,
    () => source.current().paused,
    () => reconciler.again(),
  )
  const dispatch = createDispatch({
    ...{ catalogue, world, queue, pauses, rules, clock, newId, log },
    keepReplacedSeconds: () => source.current().keepReplacedSeconds,
    work: workOf(jobDeps, stop.signal),
  })
  const upkeep = createUpkeep(adapters, jobDeps, world, queue)
  const scheduler = createScheduler(clock, dispatch.tick, rules, () =>
    dispatch.settleDebts(world.knownJobs()),
  )
  const prober = createProber(
    async (server, signal) => {
      const { probe } = await lookInsideTidied(jobDeps, server, signal)
      const databases = probe.databases.map(({ name }) => name)
      catalogue.saveDatabases(server.id, databases, clock())
      return { engine: probe.engine, serverVersion: probe.serverVersion, databases, warnings: probe.warnings }
    },
    (server, insight) => {
      world.learn(server.id, insight)
      if (insight.problem === null) dispatch.settleDebts(world.derived(server.id)?.jobs ?? [])
    },
    (id) => world.insight(id),
    stop.signal,
  )
  const derivationNow = () => operatorNow(adapters)
  // One object until the settings change: readers compare it with the last.
  let derivation = derivationNow()
  const derive = createDerivation(
    () => derivation,
    world.remembered,
    guessEngine,
    () =>
      outsideContainers(new Map([...outside.servers(), ...source.current().servers]), settings.labelPrefix),
  )
  const outside = createKeptServers({
    ...{ store: catalogue, vault, world, clock, log },
    set: () => source.current().servers,
    derivation: () => derivation,
    seen: () => watch.status().seenAt !== null,
    isAtWork: (id) => isAtWork(catalogue, id),
    look: (server, signal) => testConnection({ docker, clock }, server, signal),
    changed: () => takeIn(),
  })
  const reconciler = createReconciler({ world, scheduler, prober, dispatch, pauses, events })
  const watch = createWatch(
    docker,
    (containers) => reconciler.see(derive.from(containers)),
    clock,
    log,
    () => events.publish({ name: "problem.changed", data: { serverId: null } }),
  )
  const health = createHealth({
    catalogue,
    destinations,
    queue,
    watch,
    schedulerRuns: () => !stop.signal.aborted,
  })
  const listening = {
    address: settings.hostname,
    port: settings.port,
    loopbackOnly: isLoopback(settings.hostname),
  }
  const app = createApp({
    catalogue,
    actions: dispatch,
    health,
    events,
    clock,
    log,
    view: {
      servers: world.servers,
      databases: world.databases,
      jobs: world.jobs,
      nextRuns: (id, count) => world.nextRuns(id, count),
      verdict: () => world.verdict(watch.status(), source.problem(), upkeep.services.catalogueCare.problem()),
      pausedForAll: pauses.forAll,
    },
    discover: () => watch.lookNow().then(prober.refresh),
    ...upkeep.services,
    configuration: createConfiguration({
      ...{ catalogue, buckets, policies: retentionPolicies, actions: dispatch, destinations, program, clock },
      settings: () => source.view().settings,
      settingsFile: source.text,
    }),
    destination: (name) => destinations.get(name),
    info: {
      version: packageJson.version,
      startedAt,
      listening,
      labelPrefix: settings.labelPrefix,
      get discovery() {
        return source.current().discovery
      },
      get timeZone() {
        return source.current().timeZone
      },
    },
    buckets,
    outside,
    retentionPolicies,
    settings: source.view,
    staticFiles: join(import.meta.dir, "../dashboard/dist"),
  })
  const server = listen(app, { hostname: settings.hostname, port: settings.port })
  noteAddress(dirname(settings.databasePath), settings.hostname, server.port, log)
  announce(program, settings.hostname, server.port, log)
  const watching = watch.run(stop.signal)
  createFreshness(world.deadlines, clock, events)
  const retrying = setInterval(() => reconciler.retryDue(), retryCheckMilliseconds)
  upkeep.follow()
  const takeIn = () => {
    queue.setMaxConcurrent(source.current().maxConcurrent)
    derivation = derivationNow()
    reconciler.again(derive.again())
    scheduler.replan()
    events.publish({ name: "settings.changed", data: {} })
  }
  source.follow(log, takeIn, stop.signal)

  let stopping: Promise<void> | undefined
  const shutDown = async (signal: string) => {
    log("info", `stopping on ${signal}`)
    scheduler.stop()
    clearInterval(retrying)
    await queue.drain(
      new Fault("interrupted", "the controller was stopped", {
        hint: "What a schedule began is tried again after the next start; nothing half-made was kept.",
      }),
    )
    stop.abort(new Fault("interrupted", "the controller was stopped"))
    await server.stop()
    await watching
    await upkeep.ended()
    await docker.helpersGone(helpersMilliseconds)
    catalogue.close()
    for (const lock of locks) lock.release()
    log("info", "stopped")
    process.exit(0)
  }
  for (const signal of ["SIGTERM", "SIGINT"] as const)
    process.on(signal, () => (stopping ??= shutDown(signal)))
}
