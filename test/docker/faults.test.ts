// Every way in which an engine cannot be reached, each really brought about, is told apart and says what to do.
import { afterAll, expect, test } from "bun:test"
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { type AddressInfo, createServer, type Socket } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createDocker } from "../../controller/docker/client.ts"

const folder = mkdtempSync(join(tmpdir(), "dbbackup-test-"))
afterAll(() => rmSync(folder, { recursive: true }))
const never = new AbortController().signal

const versionOf = (endpoint: string) =>
  createDocker(endpoint)
    .version(never)
    .then(
      (version) => ({ version }),
      ({ code, message, hint }) => ({ code, message, hint }),
    )

/** Asks a server that does this with each connection once it has sent something. */
async function versionFrom(serve: (client: Socket) => void) {
  const server = createServer((client) => client.on("error", () => {}).once("data", () => serve(client)))
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const result = await versionOf(`tcp://127.0.0.1:${(server.address() as AddressInfo).port}`)
  server.close()
  return result
}
const answer = (head: string, body: string) => (client: Socket) =>
  client.end(`HTTP/1.1 ${head}\r\nContent-Length: ${body.length}\r\n\r\n${body}`)

test("a missing socket", async () => {
  const path = join(folder, "none.sock")
  expect(await versionOf(`unix://${path}`)).toEqual({
    code: "docker-unreachable",
    message: `no Docker socket at ${path}`,
    hint: `Mount it (-v /var/run/docker.sock:${path}), or set DOCKER_HOST to where the engine listens.`,
  })
})

test("a directory that was mounted in a missing socket's place", async () => {
  const path = join(folder, "directory.sock")
  mkdirSync(path)
  expect(await versionOf(`unix://${path}`)).toMatchObject({ message: `${path} is a directory, not a socket` })
})

test("a file that is no socket", async () => {
  const path = join(folder, "file.sock")
  writeFileSync(path, "")
  expect(await versionOf(`unix://${path}`)).toMatchObject({ message: `${path} is a file, not a socket` })
})

test("a socket that nobody listens on any more", async () => {
  const path = join(folder, "stale.sock")
  const script = `require("net").createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 9))`
  await Bun.spawn([process.execPath, "-e", script]).exited
  expect(await versionOf(`unix://${path}`)).toMatchObject({ message: `nothing listens on ${path}` })
})

test("a socket without permission names its group", async () => {
  const path = join(folder, "closed.sock")
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(path, resolve))
  chmodSync(path, 0o600)
  chmodSync(folder, 0o755)
  try {
    const asNobody = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {}
    if (process.getuid?.() !== 0) chmodSync(path, 0)
    const client = Bun.resolveSync("../../controller/docker/client.ts", import.meta.dir)
    const script = `
      const { createDocker } = await import(${JSON.stringify(client)})
      const error = await createDocker("unix://${path}").version(new AbortController().signal).catch((error) => error)
      console.log(JSON.stringify([error.code, error.message, error.hint]))`
    const child = Bun.spawn([process.execPath, "-e", script], {
      ...asNobody,
      cwd: "/",
      env: {},
      stderr: "inherit",
    })
    const [code, message, hint] = JSON.parse(await new Response(child.stdout).text())
    expect(code).toBe("docker-unreachable")
    expect(message).toStartWith(`no permission to use ${path} (uid ${process.getuid?.()}, gid`)
    expect(hint).toMatch(/^Run as root, or add group \d+ \(compose: group_add\)\.$/)
  } finally {
    server.close()
  }
})

test("a port that nobody listens on", async () => {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const endpoint = `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`
  await new Promise((resolve) => server.close(resolve))
  expect(await versionOf(endpoint)).toMatchObject({
    code: "docker-unreachable",
    message: `nothing listens at ${endpoint}`,
  })
})

test("a host name that does not exist", async () => {
  expect(await versionOf("tcp://no-such-host.invalid:2375")).toMatchObject({
    code: "docker-unreachable",
    message: expect.stringContaining("no-such-host.invalid"),
  })
})

test.each([
  ["a web page", answer("200 OK", "<h1>hello</h1>")],
  ["a web server's 404", answer("404 Not Found", "<html><h1>not here</h1></html>")],
  ["JSON of another service", answer("200 OK", '{"version":"1"}')],
  ["no HTTP at all", (client: Socket) => client.end("SSH-2.0-OpenSSH_9.9\r\n")],
])("%s is not a Docker engine", async (_, serve) => {
  expect(await versionFrom(serve)).toMatchObject({
    code: "docker-unreachable",
    message: expect.stringMatching(/^what answers at tcp:\S+ is not a Docker engine$/),
  })
})

test("an engine that wants TLS", async () => {
  expect(
    await versionFrom(answer("400 Bad Request", "Client sent an HTTP request to an HTTPS server.\n")),
  ).toMatchObject({
    code: "docker-unreachable",
    hint: expect.stringContaining("TLS"),
  })
})

test("an engine that hangs up", async () => {
  expect(await versionFrom((client) => client.destroy())).toMatchObject({
    code: "docker-unreachable",
    message: expect.stringContaining("closed the connection"),
  })
})

test("an engine that refuses is quoted", async () => {
  expect(await versionFrom(answer("500 Internal Server Error", '{"message":"disk on fire"}'))).toMatchObject({
    code: "docker-error",
    message: "docker refused to tell its version: disk on fire (HTTP 500)",
  })
})

test("an answer that is never finished does not outlive the signal", async () => {
  const server = createServer((client) => client.write("HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{"))
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const docker = createDocker(`tcp://127.0.0.1:${(server.address() as AddressInfo).port}`)
  expect(await docker.version(AbortSignal.timeout(50)).catch((error: unknown) => error)).toMatchObject({
    name: "TimeoutError",
  })
  server.close()
})
