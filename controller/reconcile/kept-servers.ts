// Servers outside Docker as people add them over the API: tried, kept with a sealed password, and in force at once. Those of the
// settings stand beside them, and so do containers: they are changed where they are described.
import type { AddedServer, ChangedServer, Connection } from "../../schemas/kept-server.ts"
import type { ServerId } from "../../schemas/server.ts"
import { certificatesIn } from "../core/certificates.ts"
import { Fault } from "../core/fault.ts"
import { placeAfter, placeOfNew, requirePasswordAgain } from "../core/kept-place.ts"
import { serverIdOf } from "../core/key.ts"
import { outsideContainers } from "../core/outside-server.ts"
import { serverPurpose } from "../core/sealed-purposes.ts"
import { type DerivationSettings, type DerivedServer, deriveServers } from "../core/server.ts"
import type {
  Catalogue,
  Clock,
  KeptServer,
  KeptServerStore,
  Log,
  Outside,
  OutsideServers,
  Vault,
} from "../ports.ts"
import type { World } from "./world.ts"

export interface KeptServerDeps {
  readonly store: KeptServerStore
  /** Null without the operator's ENCRYPTION_KEY. */
  readonly vault: Vault | null
  /** Those of the settings, by name. Asked each time, because they can change. */
  readonly set: () => ReadonlyMap<string, unknown>
  readonly derivation: () => DerivationSettings
  readonly world: Pick<World, "derived" | "require" | "learn">
  /** Whether the containers were seen: before, nothing is in force. */
  readonly seen: () => boolean
  /** Whether a run or a restore of the server waits or is under way. */
  readonly isAtWork: (id: ServerId) => boolean
  readonly look: (server: DerivedServer, signal: AbortSignal) => Promise<Connection>
  readonly clock: Clock
  readonly log: Log
  /** The servers are others now. */
  readonly changed: () => void
}

export interface KeptServers extends OutsideServers {
  /** Those that are in force, by name. */
  servers(): ReadonlyMap<string, Outside>
}

export function createKeptServers(deps: KeptServerDeps): KeptServers {
  const { store, vault, world, clock, log } = deps
  const kept = new Map(store.keptServers().map((server) => [server.name, server]))
  // The same objects until they change, as everything that is derived from them is compared by what it was before.
  const outside = new Map([...kept.values()].map((server) => [server.name, outsideOf(server)]))
  for (const name of kept.keys())
    if (deps.set().has(name))
      log("warn", `the server ${name} of the API is not in force: the settings have taken its name`)

  function outsideOf({ name, place, password, updatedAt }: KeptServer): Outside {
    const openPassword = () => {
      if (vault === null) throw noKey(`the password of ${name} cannot be opened`)
      return vault.open(password ?? "", serverPurpose(name))
    }
    const revision = String(updatedAt.getTime())
    return { ...place, managed: "api", revision, ...(password !== null && { openPassword }) }
  }
  const tried = ({
    place,
    password,
  }: Pick<KeptServer, "place"> & { password?: string | undefined }): Outside => ({
    ...place,
    managed: "api",
    ...(password !== undefined && { openPassword: () => password }),
  })
  function sealed(name: string, password: string): string {
    if (vault === null) throw noKey("a password cannot be kept")
    return vault.seal(password, serverPurpose(name))
  }
  /** Throws what is wrong with its labels. */
  function derived(name: string, server: Outside): DerivedServer {
    const settings = deps.derivation()
    const container = outsideContainers(new Map([[name, server]]), settings.prefix)
    const [found] = deriveServers(container, settings, new Map(), () => null)
    if (found?.state === "active") return found
    const problem = found?.problems[0]
    throw new Fault(problem?.code ?? "label-invalid", problem?.message ?? `${name} is ${found?.why}`, {
      hint: problem?.hint ?? 'Labels are written without their prefix: {"schedule": "hourly"}.',
      ...(problem?.key && { key: problem.key }),
      ...(problem?.suggestion && { suggestion: problem.suggestion }),
    })
  }
  async function requireAnswer(server: DerivedServer, signal: AbortSignal): Promise<Connection> {
    const connection = await deps.look(server, signal)
    if (connection.state === "up") return connection
    const { code, message, hint } = connection.problem
    throw new Fault(code, message, {
      hint: `${hint === null ? "" : `${hint} `}Nothing was kept; with check: false it is, whatever it answers.`,
    })
  }
  /** A change is for what was there when it was asked for. */
  const stillIs = (before: KeptServer | undefined, name: string) => {
    if (kept.get(name) !== before)
      throw new Fault("in-use", `the server ${name} was changed meanwhile`, {
        hint: "Look at it, and try again.",
      })
  }
  function put(server: KeptServer, connection: Connection | null): ServerId {
    store.saveKeptServer(server)
    kept.set(server.name, server)
    outside.set(server.name, outsideOf(server))
    deps.changed()
    const id = serverIdOf(server.name)
    // What the trial saw is known from now on, and not only after the next look.
    if (connection?.state === "up") {
      const { engine, serverVersion, databases, warnings } = connection
      world.learn(id, { engine, serverVersion, databases, warnings, problem: null })
    }
    return id
  }

  /** Of the server itself, or of the one that the database is on. */
  const idOf = (id: string) =>
    (kept.has(id) || world.derived(id as ServerId) ? id : id.split(":")[0]) as ServerId
  function own(asked: string): KeptServer {
    const id = idOf(asked)
    const server = kept.get(id)
    if (server && !deps.set().has(id)) return server
    if (deps.set().has(id))
      throw new Fault("in-use", `the server ${id} belongs to the settings`, {
        hint: `Change servers.${id} in dbbackup.yaml: that takes effect at once.`,
      })
    const seen = world.derived(id)
    if (!seen) throw unknown(asked)
    const { prefix } = deps.derivation()
    throw new Fault(
      "in-use",
      `the server ${seen.name} belongs to the labels of the container ${seen.container.name}`,
      {
        hint: `Change its ${prefix}.… labels where the container is made; ${prefix}.enable=false ends its backups, and keeps those there are.`,
      },
    )
  }
  function requireFree(name: string): void {
    const container = world.derived(serverIdOf(name))?.container
    if (!kept.has(name) && !deps.set().has(name) && !container) return
    const whose = deps.set().has(name)
      ? "in dbbackup.yaml"
      : kept.has(name)
        ? "already"
        : `of the container ${container?.name}`
    throw new Fault("in-use", `there is a server ${name} ${whose}`, {
      hint: "A server's backups are found by its name: give each its own.",
    })
  }
  function requireSeen(): void {
    if (!deps.seen())
      throw new Fault(
        "docker-unreachable",
        "the Docker engine has not answered since the controller started",
        {
          hint: "The tools for a server outside Docker run in its containers: GET /api/system/status says what is wrong.",
        },
      )
  }

  return {
    servers: () => outside,
    async add({ name, check, password, ...said }: AddedServer, signal) {
      requireSeen()
      requireFree(name)
      const place = placeOfNew(said, certificatesIn)
      const secret = password === undefined ? null : sealed(name, password)
      const server = derived(name, tried({ place, password }))
      const connection = check ? await requireAnswer(server, signal) : null
      requireFree(name)
      const at = clock()
      log("info", `the server ${name} was added over the API`)
      return put({ name, place, password: secret, createdAt: at, updatedAt: at }, connection)
    },
    async change(asked, { check, ...said }: ChangedServer, signal) {
      requireSeen()
      const before = own(asked)
      const { name } = before
      const place = placeAfter(before.place, said, certificatesIn)
      const otherWay = place.passwordFile !== undefined || place.passwordVariable !== undefined
      const stays = said.password === undefined && !otherWay ? before.password : null
      if (stays !== null) requirePasswordAgain(before.place, place)
      const secret = said.password === undefined ? stays : sealed(name, said.password)
      const after = { ...before, place, password: secret, updatedAt: clock() }
      const connection = check ? await requireAnswer(derived(name, outsideOf(after)), signal) : null
      if (!check) derived(name, outsideOf(after))
      stillIs(before, name)
      log("info", `the server ${name} was changed over the API`)
      return put(after, connection)
    },
    remove(asked) {
      const name = kept.has(asked) ? asked : own(asked).name
      // A server goes with all of its databases: who names one of them may mean that one alone.
      if (asked !== name)
        throw new Fault("request-invalid", `${asked} is a database of the server ${name}`, {
          hint: `DELETE /api/databases/${name} removes the server. The label databases leaves single ones out.`,
        })
      if (deps.isAtWork(serverIdOf(name)))
        throw new Fault("already-running", `a run or a restore of ${name} waits or is under way`, {
          hint: "Wait for its end, or cancel it first: GET /api/runs?serverId= lists it.",
        })
      store.forgetKeptServer(name)
      kept.delete(name)
      outside.delete(name)
      log("info", `the server ${name} was removed over the API: its backups stay`)
      deps.changed()
      return clock()
    },
    async try({ password, ...said }, signal) {
      const place = placeOfNew(said, certificatesIn)
      return await deps.look(derived("tried", tried({ place, password })), signal)
    },
    async test(asked, signal) {
      requireSeen()
      const id = idOf(asked)
      if (!world.derived(id)) throw unknown(asked)
      return await deps.look(world.require(id), signal)
    },
  }
}

/** Whether a run or a restore of the server waits or is under way. */
export function isAtWork(catalogue: Pick<Catalogue, "unfinished">, id: ServerId): boolean {
  const { runs, restores } = catalogue.unfinished()
  return [...runs, ...restores].some(({ serverId }) => serverId === id)
}

function noKey(what: string): Fault {
  return new Fault("settings-invalid", `${what}: there is no ENCRYPTION_KEY`, {
    hint: "Set ENCRYPTION_KEY or ENCRYPTION_KEY_FILE, 32 characters or more, and restart; or name a variable of the controller with passwordVariable, DBBACKUP_SERVER_…, or a file with passwordFile.",
  })
}

function unknown(id: string): Fault {
  return new Fault("not-found", `there is no server ${id}`, { hint: "List them with GET /api/servers." })
}
