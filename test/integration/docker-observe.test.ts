// What a real engine tells of its containers, and how soon.
import { afterEach, expect, setDefaultTimeout, test } from "bun:test"
import { createDocker } from "../../controller/docker/client.ts"
import type { ContainerFacts } from "../../controller/ports.ts"
import { must } from "../support/command.ts"
import { until } from "../support/until.ts"
import { type Container, endpoint, idle, image, never, proxy, rejection, remove } from "./docker-fixture.ts"

setDefaultTimeout(60_000)
const docker = createDocker(endpoint)
const started: Container[] = []
afterEach(async () => {
  await Promise.all(started.splice(0).map(remove))
})
const box = async (flags: readonly string[] = []) => {
  const container = await idle(flags)
  started.push(container)
  return container
}
const find = async ({ id }: Container, at = docker): Promise<ContainerFacts | undefined> =>
  (await at.observe(never)).find((facts) => facts.id === id)

test("tells the engine's version", async () => {
  const server = await must(["docker", "version", "--format", "{{.Server.Version}}"])
  expect(await docker.version(never)).toBe(server.trim())
})

test("tells a container's facts, and only the names of its environment", async () => {
  const container = await box([
    ...["--env", "POSTGRES_PASSWORD=s3cret=with=equals", "--env", "EMPTY="],
    ...["--label", "dbbackup.enable=true", "--label", "dbbackup.note=a=b\nc", "--expose", "5432"],
  ])
  const facts = await find(container)
  expect(facts).toMatchObject({
    name: container.name,
    image,
    imageId: (await must(["docker", "inspect", "--format", "{{.Image}}", container.name])).trim(),
    labels: expect.objectContaining({ "dbbackup.enable": "true", "dbbackup.note": "a=b\nc" }),
    state: "running",
    startedAt: (await must(["docker", "inspect", "--format", "{{.State.StartedAt}}", container.name])).trim(),
    envNames: expect.arrayContaining(["POSTGRES_PASSWORD", "EMPTY", "PATH"]),
    exposedPorts: ["5432/tcp"],
  })
  expect(JSON.stringify(facts)).not.toContain("s3cret")
})

test("sees a rename, a stop, a restart and a removal at the next look", async () => {
  const container = await box()
  const first = await find(container)
  await must(["docker", "rename", container.name, `${container.name}-new`])
  expect(await find(container)).toMatchObject({ name: `${container.name}-new`, startedAt: first?.startedAt })
  await must(["docker", "restart", "--time", "0", container.id])
  const second = await find(container)
  expect(second?.startedAt).not.toBe(first?.startedAt)
  await must(["docker", "kill", container.id])
  // A current engine answers before the container is down.
  await until("it is down", async () => (await find(container))?.state === "exited")
  expect(await find(container)).toMatchObject({ state: "exited", startedAt: second?.startedAt })
  await must(["docker", "rm", container.id])
  expect(await find(container)).toBeUndefined()
})

test("tells of a container that was created and never started", async () => {
  const name = `dbbackup-test-docker-created-${process.pid}`
  const container = { id: (await must(["docker", "create", "--name", name, image])).trim(), name }
  started.push(container)
  expect(await find(container)).toMatchObject({ state: "created", startedAt: null })
})

test("skips a container that vanishes between the listing and its inspection", async () => {
  const [stays, goes] = [await box(), await box()]
  const at = await proxy({
    async request(head) {
      if (head.includes(`/containers/${goes.id}/json`)) await remove(goes)
      return head
    },
  })
  try {
    const seen = await createDocker(at.endpoint).observe(never)
    expect(at.requests.join()).toContain(goes.id)
    expect(seen.map((facts) => facts.id)).toContain(stays.id)
    expect(seen.map((facts) => facts.id)).not.toContain(goes.id)
  } finally {
    await at.close()
  }
})

test("a look at an engine that is away fails, and the next one after its return succeeds", async () => {
  const at = await proxy()
  try {
    const through = createDocker(at.endpoint)
    await through.observe(never)
    await at.down()
    expect(await rejection(through.observe(never))).toMatchObject({ code: "docker-unreachable" })
    await at.up()
    expect(await through.observe(never)).toBeArray()
  } finally {
    await at.close()
  }
})

test("an aborted look fails with the signal's reason", async () => {
  const reason = new Error("no longer wanted")
  expect(await rejection(docker.observe(AbortSignal.abort(reason)))).toBe(reason)
})

test("nudges once per connection, and for a start, a rename, a stop and a removal", async () => {
  const abort = new AbortController()
  const nudges = docker.nudges(abort.signal, () => {})[Symbol.asyncIterator]()
  const next = async () => (await nudges.next()).value
  expect(await next()).toBe("connected")
  const container = await box()
  expect(await next()).toBe("event")
  const changes = [
    ["rename", container.name, `${container.name}-new`],
    ["kill", container.id],
    ["rm", container.id],
  ]
  for (const change of changes) {
    await must(["docker", ...change])
    expect(await next()).toBe("event")
  }
  abort.abort()
  expect(await nudges.next()).toEqual({ value: undefined, done: true })
})

test("a lost event stream is told once, and followed again when the engine is back", async () => {
  const at = await proxy()
  const abort = new AbortController()
  const lost: Error[] = []
  const seen: string[] = []
  const follow = async () => {
    const nudges = createDocker(at.endpoint).nudges(abort.signal, (error) => lost.push(error))
    for await (const nudge of nudges) seen.push(nudge)
  }
  const following = follow()
  try {
    await until("the first connection", () => seen.includes("connected"))
    await at.down()
    await until("the loss", () => lost.length > 0)
    await at.up()
    await until("the second connection", () => seen.filter((nudge) => nudge === "connected").length === 2)
    seen.length = 0
    await box()
    await until("an event over it", () => seen.includes("event"))
    expect(lost).toHaveLength(1)
    expect(lost[0]).toMatchObject({ code: "docker-unreachable" })
    for (const { client } of at.connections("GET /events")) client.end()
    await until("an orderly end", () => lost.length === 2)
    await until("the third connection", () => seen.includes("connected"))
  } finally {
    abort.abort()
    await following
    await at.close()
  }
})
