// A process that answers as a Docker engine with thousands of containers, on a Unix socket: `bun many-containers.ts SOCKET`.
// The real controller cannot tell it from one as long as it only looks. Its containers are paused, so that nobody looks inside them.
// PUT /bench {count, revision} sets what there is; POST /bench {events, seconds} makes so many changes at even pace.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"

const [socket = ""] = process.argv.slice(2)
const schedules = ["hourly", "daily", "weekly", "*/15 * * * *", "30 3 * * *"]

let [count, revision] = [0, 0]
/** How often each container has been changed since the last PUT. */
const changes = new Map<number, number>()
const gone = new Set<number>()
const followers = new Set<ServerResponse>()

const id = (n: number) => n.toString(16).padStart(64, "0")
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
  for (const follower of followers) follower.write(line)
}

function wanted() {
  const all = []
  for (let n = 0; n < count; n++) if (!gone.has(n)) all.push([`project${n}~db:default`, label(n)])
  return all
}

/** Resolves with null once the changes have been made. */
async function change({ events, seconds }: { events: number; seconds: number }): Promise<null> {
  const [began, ticks] = [performance.now(), Math.min(events, 100)]
  for (let tick = 0; tick < ticks; tick++) {
    for (let i = 0; i < events / ticks; i++) {
      const n = Math.floor(Math.random() * count)
      if (Math.random() < 0.2) gone.has(n) ? gone.delete(n) : gone.add(n)
      else changes.set(n, (changes.get(n) ?? 0) + 1)
      tell(n)
    }
    await Bun.sleep(Math.max(0, began + ((tick + 1) * seconds * 1000) / ticks - performance.now()))
  }
  return null
}

async function body<T>(request: IncomingMessage): Promise<T> {
  return JSON.parse((await Array.fromAsync(request)).join("")) as T
}

// Not Bun's own server, which ends an answer that is quiet for long.
createServer(async (request, response) => {
  const path = request.url ?? ""
  const answer = (value: unknown, status = 200) =>
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value))
  if (path === "/bench" && request.method === "PUT") {
    ;({ count, revision } = await body<{ count: number; revision: number }>(request))
    changes.clear()
    gone.clear()
    tell(0)
    return answer(null)
  }
  if (path === "/bench") return answer(await change(await body(request)))
  if (path === "/wanted") return answer(wanted())
  if (path.startsWith("/version")) return answer({ Version: "29.0.0", ApiVersion: "1.52" })
  if (path.startsWith("/containers/json")) return answer(listing())
  if (path.startsWith("/containers/")) return answer(inspected())
  if (!path.startsWith("/events")) return answer({ message: "not here" }, 404)
  response.writeHead(200, { "content-type": "application/json" }).flushHeaders()
  followers.add(response)
  response.on("close", () => followers.delete(response))
}).listen(socket)
