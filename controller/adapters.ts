// Opens what is outside the process, as the settings say: the catalogue, the destinations, the Docker engine, the keys.
import { hostname } from "node:os"
import { dirname, resolve } from "node:path"
import { createEventHub } from "./api/event-hub.ts"
import { signerOf } from "./core/manifest-seal.ts"
import { destinationsFrom } from "./destinations/configured.ts"
import { createDocker } from "./docker/client.ts"
import { guessEngine } from "./engines/detect.ts"
import { takeNewestCatalogue } from "./jobs/take-catalogue.ts"
import { createLog } from "./log.ts"
import { requireCipher } from "./pipeline/age-cipher.ts"
import type { Catalogue, Destination, Docker, Leftovers, Outside } from "./ports.ts"
import { createIdentities } from "./settings/identities.ts"
import { outsideSecrets } from "./settings/outside-secrets.ts"
import { openSettings } from "./settings/source.ts"
import { takeKept } from "./state/kept-files.ts"
import { lockFolders } from "./state/lock.ts"
import { openOrMend } from "./state/mend.ts"
import { vaultOf } from "./state/vault.ts"

export type Environment = Readonly<Record<string, string | undefined>>

/** What stands between the adapters and those who use them: nothing, but in tests of what a crash leaves. */
export interface Wrapping {
  catalogue<T extends Catalogue>(catalogue: T): T
  destination(destination: Destination): Destination
  docker<T extends Docker & Leftovers>(docker: T): T
}
const bare: Wrapping = { catalogue: (it) => it, destination: (it) => it, docker: (it) => it }

/** Throws a Fault when one cannot be opened. */
export async function openAdapters(env: Environment, wrapping: Wrapping = bare) {
  const clock = () => new Date()
  const newId = () => Bun.randomUUIDv7()
  const source = openSettings(env, hostname(), clock)
  // What needs a restart is read here once; everything else is asked of `source.current()` when it is needed.
  const settings = source.current()
  const log = createLog(() => source.current().logLevel, settings.labelPrefix)
  const locks = lockFolders([dirname(settings.databasePath), settings.storagePath])
  const stop = new AbortController()
  const events = createEventHub({ log })
  const catalogue = wrapping.catalogue(openOrMend(settings.databasePath, clock(), events, { log }))
  const destinations = destinationsFrom(settings, env, wrapping.destination)
  const mark = { installation: catalogue.installation(), instance: newId() }
  const help = { guess: guessEngine, secrets: (server: Outside) => outsideSecrets(server, env) }
  const pipes = resolve(dirname(settings.databasePath), "pipes")
  const docker = wrapping.docker(createDocker(settings.dockerHost, mark, help, pipes))
  const keys = () => source.current().keys
  if (keys().size > 0) await requireCipher()
  const identities = createIdentities(keys, env)
  if (catalogue.mending()?.anew) await takeCopyFirst()
  const vault = vaultOf(settings.encryptionKey)
  const signer = signerOf(settings.encryptionKey, settings.encryptionKeyOld)

  /** Before anything reads the catalogue: a copy knows more than manifests do. */
  async function takeCopyFirst(): Promise<void> {
    const mending = catalogue.mending()
    if (mending === null || mending.copy !== null) return
    const scratch = settings.databasePath
    const deps = { catalogue, identities, log, scratch }
    let found = await takeNewestCatalogue(deps, destinations.values(), mending.installation, stop.signal)
    if (found === null) {
      if (mending.setAside !== null) catalogue.salvage(mending.setAside)
      found = takeKept(catalogue, scratch, log)
    }
    if (found) catalogue.saveMending({ ...mending, copy: found })
  }

  return {
    ...{ clock, newId, source, settings, log, locks, stop, events },
    ...{ catalogue, destinations, docker, keys, identities, vault, signer },
  }
}

export type Adapters = Awaited<ReturnType<typeof openAdapters>>
