// A process that answers as a Docker engine with thousands of containers, on a Unix socket: `bun many-containers.ts SOCKET`.
// The real controller cannot tell it from one as long as it only looks. Its containers are paused, so that nobody looks inside them.
// PUT /bench {count, revision} sets what there is; POST /bench {events, seconds} makes so many changes at even pace.
const [socket = ""] = process.argv.slice(2)
const schedules = ["hourly", "daily", "weekly", "*/15 * * * *", "30 3 * * *"]

let [count, revision] = [0, 0]
/** How often each container has been changed since the last PUT. */
const changes = new Map<number, number>()
const gone = new Set<number>()
const followers = new Set<ReadableStreamDefaultController<string>>()

const id = (n: number) => n.toString(16).padStart(64, "c")
const label = (n: number) => schedules[(n + revision + (changes.get(n) ?? 0)) % schedules.length] ?? "daily"

function listing() {
  const all = []
  for (let n = 0; n < count; n++) if (!gone.has(n)) all.push(listed(n))
  return all
}
function listed(n: number) {
  return {
    Id: id(n),
    Names: [`/project${n}-db-1`],
    Image: "postgres:17",
    ImageID: `sha256:${"a".repeat(64)}`,
    Command: "docker-entrypoint.sh postgres",
    Created: 1_770_000_000,
    Ports: [{ PrivatePort: 5432, Type: "tcp" }],
    Labels: {
      "com.docker.compose.project": `project${n}`,
      "com.docker.compose.service": "db",
      "com.docker.compose.container-number": "1",
      "com.docker.compose.config-hash": id(n),
      "com.docker.compose.project.working_dir": `/srv/stacks/project${n}`,
      [`${process.env.BENCH_PREFIX}.enable`]: "true",
      [`${process.env.BENCH_PREFIX}.schedule`]: label(n),
      [`${process.env.BENCH_PREFIX}.retention`]: "7d 4w 12m",
    },
    State: "paused",
    Status: "Up 3 hours (Paused)",
    HostConfig: { NetworkMode: `project${n}_default` },
    NetworkSettings: { Networks: { [`project${n}_default`]: { NetworkID: id(n), IPAddress: "172.20.0.2" } } },
    Mounts: [{ Type: "volume", Name: `project${n}_data`, Destination: "/var/lib/postgresql/data", RW: true }],
  }
}
const inspected = () => ({
  State: { Status: "paused", StartedAt: "2026-01-01T00:00:00Z" },
  Config: {
    Env: [
      ...["POSTGRES_PASSWORD=x", "POSTGRES_USER=x", "POSTGRES_DB=x", "PATH=/usr/bin", "GOSU_VERSION=1"],
      ...["LANG=en_US.utf8", "PG_MAJOR=17", "PG_VERSION=17.6", "PGDATA=/var/lib/postgresql/data"],
    ],
    ExposedPorts: { "5432/tcp": {} },
  },
})

function tell(n: number): void {
  const line = `${JSON.stringify({ Type: "container", Action: "update", Actor: { ID: id(n) } })}\n`
  for (const follower of followers) follower.enqueue(line)
}

async function change({ events, seconds }: { events: number; seconds: number }): Promise<void> {
  const [began, ticks] = [performance.now(), 100]
  for (let tick = 0; tick < ticks; tick++) {
    for (let i = 0; i < events / ticks; i++) {
      const n = Math.floor(Math.random() * count)
      if (Math.random() < 0.2) gone.has(n) ? gone.delete(n) : gone.add(n)
      else changes.set(n, (changes.get(n) ?? 0) + 1)
      tell(n)
    }
    await Bun.sleep(Math.max(0, began + ((tick + 1) * seconds * 1000) / ticks - performance.now()))
  }
}

Bun.serve({
  unix: socket,
  async fetch(request, server) {
    const { pathname } = new URL(request.url)
    if (pathname === "/bench" && request.method === "PUT") {
      ;({ count, revision } = (await request.json()) as { count: number; revision: number })
      changes.clear()
      gone.clear()
      tell(0)
      return Response.json(null)
    }
    if (pathname === "/bench") {
      await change((await request.json()) as { events: number; seconds: number })
      return Response.json(listing().map(({ Names }) => Names[0]))
    }
    if (pathname === "/wanted") {
      const wanted = []
      for (let n = 0; n < count; n++) if (!gone.has(n)) wanted.push([`project${n}~db:default`, label(n)])
      return Response.json(wanted)
    }
    if (pathname === "/version") return Response.json({ Version: "29.0.0", ApiVersion: "1.52" })
    if (pathname === "/containers/json") return Response.json(listing())
    if (pathname.startsWith("/containers/")) return Response.json(inspected())
    if (pathname !== "/events") return Response.json({ message: "not here" }, { status: 404 })
    server.timeout(request, 0)
    let follower: ReadableStreamDefaultController<string> | undefined
    const body = new ReadableStream<string>({
      start(controller) {
        follower = controller
        followers.add(controller)
        // The head of an answer leaves with its first bytes.
        controller.enqueue("\n")
      },
      cancel() {
        if (follower) followers.delete(follower)
      },
    })
    return new Response(body, { headers: { "content-type": "application/json" } })
  },
})
