// Local images that have a database's tools, as far as that shows without running them.

import { Fault } from "../core/fault.ts"
import { chooseToolImage, type ImageFacts } from "../core/tool-image.ts"
import type { OutsideHelp, OutsidePlace } from "../ports.ts"
import type { Connection } from "./connection.ts"
import { statusOf } from "./faults.ts"

const ours = /^(PG|POSTGRESQL|MYSQL|MARIADB|PS|PERCONA)_(VERSION|MAJOR)$/
const databases = /postgres|postgis|pgvector|timescale|mysql|mariadb|percona/i

/** Id of the local image whose tools fit the server. Throws a Fault, `tool-missing`, that names what to pull. */
export async function toolImageFor(
  connection: Connection,
  { server, serverVersion }: OutsidePlace,
  help: OutsideHelp,
  signal: AbortSignal,
): Promise<string> {
  const { docker } = connection
  const listed = await connection.ask("to list images", signal, () => docker.listImages())
  const images: ImageFacts[] = []
  for (const { Id, RepoTags } of listed) {
    const names = (RepoTags ?? []).filter((name) => databases.test(name))
    if (names.length === 0) continue
    try {
      const { Config } = await connection.ask("to inspect an image", signal, () =>
        docker.getImage(Id).inspect(),
      )
      const env = (Config.Env ?? []).map((pair) => [pair.split("=", 1)[0] ?? "", pair] as const)
      images.push({
        ...{ id: Id, names },
        envNames: env.map(([name]) => name),
        exposedPorts: Object.keys(Config.ExposedPorts ?? {}),
        versions: Object.fromEntries(
          env.filter(([name]) => ours.test(name)).map(([name, pair]) => [name, pair.slice(name.length + 1)]),
        ),
      })
    } catch (error) {
      // Removed meanwhile.
      if (statusOf(error) !== 404) throw error
    }
  }
  const chosen = chooseToolImage(images, server.type, serverVersion, help.guess)
  if (chosen) return chosen.id
  const image = `${server.type}${serverVersion ? `:${serverVersion.split(".")[0]}` : ""}`
  throw new Fault("tool-missing", `no local image has the tools of ${server.type}`, {
    hint: `A server outside Docker is dumped by a client in a helper container, whose image is never pulled by itself: docker pull ${image}, or name one in helper.images.`,
  })
}
