// What the way from the tool to the file costs: the tool alone inside the container, through `docker exec`, and by the controller with each `method`.
import { randomBytes } from "node:crypto"
import { writeFileSync } from "node:fs"
import { identityText, recipientOf } from "../../controller/core/age-key.ts"
import { must } from "../support/command.ts"
import { type Controller, place, startController } from "../support/controller.ts"
import { startServer, type TestServer } from "../support/servers.ts"
import { backUp, databaseIdOf, seconds } from "./back-up.ts"
import { bareDump, fillWith } from "./data.ts"
import { record } from "./figures.ts"

const variants = [
  { name: "method=exec", labels: { method: "exec" } },
  { name: "method=helper", labels: { method: "helper" } },
  { name: "method=helper, encrypted", labels: { method: "helper", encrypt: "bench" } },
] as const
const inside = "/var/lib/postgresql/alone.dump"

/** The tool with these options, its output in a file inside the container: nothing passes through the engine. */
async function alone(server: TestServer, options: string): Promise<number> {
  const took = await seconds(() =>
    must([
      "docker",
      "exec",
      server.name,
      "sh",
      "-c",
      `pg_dump --username postgres ${options} --file ${inside} large && sync ${inside}`,
    ]),
  )
  await must(["docker", "exec", server.name, "rm", "-rf", inside])
  return took
}

async function piped(server: TestServer, file: string, command: string): Promise<number> {
  return await seconds(() =>
    must([
      "bash",
      "-o",
      "pipefail",
      "-c",
      `docker exec ${server.name} pg_dump --username postgres ${command} > ${file}`,
    ]),
  )
}

/** PostgreSQL only: the others have neither parallel jobs nor an archive that the tool itself compresses. */
export async function methodCost(image: string, megabytes: number, runs: number): Promise<void> {
  const places = variants.map((variant) => ({ ...variant, ...place() }))
  const labels = places.flatMap(({ labels, prefix }) =>
    Object.entries({ enable: "true", schedule: "manual", fingerprint: "off", ...labels }).map(
      ([key, value]) => [`${prefix}.${key}`, value],
    ),
  )
  const server: TestServer = await startServer(image, Object.fromEntries(labels))
  const controllers: { name: string; controller: Controller }[] = []
  const file = `${places[0]?.folder}/bare.dump`
  try {
    await server.ready()
    console.log(`${image}: filling large with about ${megabytes} MB`)
    await fillWith(server, "large", megabytes)
    const recipient = recipientOf(identityText(randomBytes(32)))
    for (const { name, ...here } of places) {
      const settings = `${here.folder}/dbbackup.yaml`
      writeFileSync(settings, `encryption: {keys: {bench: {recipients: [${recipient}]}}}\n`)
      controllers.push({ name, controller: await startController(here, { DBBACKUP_SETTINGS: settings }) })
    }
    const ways: readonly (readonly [string, () => Promise<number>])[] = [
      ["alone inside, -Fc -Z zstd:3", () => alone(server, "--format custom --compress zstd:3")],
      [
        "alone inside, -Fd -j2 -Z zstd:3",
        () => alone(server, "--format directory --jobs 2 --compress zstd:3"),
      ],
      ["docker exec -Fc -Z zstd:3 > file", () => seconds(() => bareDump(server, "large", file))],
      ["docker exec | gzip > file", () => piped(server, file, "large | gzip")],
      ...controllers.map(
        ({ name, controller }) =>
          [
            `dbbackup, ${name}`,
            () => seconds(async () => backUp(controller, await databaseIdOf(controller, "large"))),
          ] as const,
      ),
    ]
    const times = ways.map((): number[] => [])
    for (let run = 0; run <= runs; run++)
      for (const [i, [name, measure]] of ways.entries()) {
        const took = await measure()
        console.log(`  ${name}: ${took.toFixed(2)} s`)
        // The first round warms the caches.
        if (run > 0) times[i]?.push(took)
      }
    const baseline = times[0] ?? []
    for (const [i, [name]] of ways.entries()) {
      const own = times[i] ?? []
      const ratios = own.map((time, run) => time / (baseline[run] ?? time)).sort((a, b) => a - b)
      record(
        `${image} ${megabytes} MB, ${name}`,
        own,
        "s",
        `× ${ratios[Math.floor(ratios.length / 2)]?.toFixed(2)} of the tool alone inside`,
      )
    }
  } finally {
    for (const { controller } of controllers) await controller.end("SIGTERM")
    await server.remove()
    for (const here of places) here.remove()
  }
}
