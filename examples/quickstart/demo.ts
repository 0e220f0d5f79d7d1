// `npm run demo`: compose.yaml from nothing to proven backups, one restore per engine compared row by row, and the
// dashboard left running. `npm run demo -- --down` removes all of it. A second run, or one after an interruption, works.
import { must, run, which } from "../../test/support/command.ts"
import { ensureCompose } from "../../test/support/compose.ts"
import { ensureEngine, stopEngineIfStarted } from "../../test/support/engine.ts"
import { builderEnvironment, ensureImages } from "../../test/support/images.ts"
import { repository } from "../../test/support/places.ts"
import { Controller } from "./demo/api.ts"
import { backedUp } from "./demo/backed-up.ts"
import { dropDatabase } from "./demo/client.ts"
import { table } from "./demo/report.ts"
import { restoreAndCompare } from "./demo/restored.ts"
import { controllerBase, restoredName, sampleServers } from "./demo/servers.ts"
import { containerOf, lastWords, openStack, waitForServers } from "./demo/stack.ts"

const begun = performance.now()

try {
  if (process.argv.includes("--down")) await down()
  else process.exitCode = (await demo()) ? 0 : 1
} catch (error) {
  console.error(`\nthe demo failed: ${error instanceof Error ? error.message : String(error)}`)
  process.exitCode = 1
}

/** Whether every restored row is the same as the original. */
async function demo(): Promise<boolean> {
  const since = new Date()
  const { version } = await ensureEngine("demo")
  const compose = await ensureCompose()
  step(`Docker engine ${version}; making sure of the images`)
  await ensureImages([...sampleServers.map((server) => server.image), controllerBase])
  step("starting the servers of examples/quickstart/compose.yaml, and building the controller's image")
  const stack = await openStack(compose)
  const env = await builderEnvironment()
  await Promise.all([
    stack.compose("up", "--detach", "--no-build", ...sampleServers.map((server) => server.service)),
    must(["docker", "build", "--quiet", "--tag", "dbbackup:local", repository], { env }),
  ])
  await stack.compose("up", "--detach", "--no-build", "--remove-orphans")
  const address = `http://127.0.0.1:${stack.port}`
  const controller = new Controller(address)
  step(`started the controller on ${address}; waiting for all of them to be ready`)
  await Promise.all([waitForServers(stack), waitForController(controller)])
  for (const { service, restored } of sampleServers) {
    await dropDatabase(service, containerOf(service), restoredName(restored))
  }
  step("all of them answer; waiting for a backup of every database")
  const backups = await backedUp(controller, since)
  step("restoring one database of each server beside the original, and comparing every row")
  const restores = await Promise.all(
    sampleServers.map((server) => restoreAndCompare(controller, backups, server)),
  )
  console.log(`\n${table(backups, restores)}\n`)
  const differences = restores.flatMap((restore) => restore.differences)
  for (const difference of differences) console.error(difference)
  step(differences.length === 0 ? "every restored row is the same as the original" : "restored rows differ")
  console.log(`\nThe stack goes on running. Dashboard: ${address}   Remove it all: npm run demo -- --down`)
  return differences.length === 0
}

async function waitForController(controller: Controller): Promise<void> {
  try {
    await controller.waitUntilReady(60)
  } catch (error) {
    throw new Error(
      `${error instanceof Error ? error.message : error}. It says:\n${await lastWords("dbbackup")}`,
    )
  }
}

async function down(): Promise<void> {
  if (which("docker") === undefined)
    return console.log("there is no docker here, so there is nothing to remove")
  await ensureEngine("demo")
  const { compose } = await openStack(await ensureCompose())
  await compose("down", "--volumes", "--remove-orphans", "--timeout", "10")
  console.log("removed the demo's containers, volumes and network")
  // An engine that the demo started goes too, unless it has found other work.
  if ((await run(["docker", "ps", "--quiet"])).stdout === "") await stopEngineIfStarted("demo")
}

function step(text: string): void {
  const seconds = ((performance.now() - begun) / 1000).toFixed(1)
  console.log(`${seconds.padStart(6)} s  ${text}`)
}
