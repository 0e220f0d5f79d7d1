// The forms of DOCKER_HOST, and that nothing else of the environment has a say.
import { expect, test } from "bun:test"
import { connect } from "../../controller/docker/connection.ts"
import { parseEndpoint } from "../../controller/docker/endpoint.ts"

test.each([
  ["unix:///var/run/docker.sock", { kind: "unix", path: "/var/run/docker.sock" }],
  ["unix:///run/user/1000/a b.sock", { kind: "unix", path: "/run/user/1000/a b.sock" }],
  ["tcp://proxy:2375", { kind: "tcp", host: "proxy", port: 2375 }],
  ["tcp://proxy", { kind: "tcp", host: "proxy", port: 2375 }],
  ["tcp://127.0.0.1:1234/", { kind: "tcp", host: "127.0.0.1", port: 1234 }],
  ["http://proxy:80", { kind: "tcp", host: "proxy", port: 80 }],
  ["http://[::1]:2375", { kind: "tcp", host: "[::1]", port: 2375 }],
] as const)("%s is understood", (text, expected) => {
  expect(parseEndpoint(text)).toEqual({ text, ...expected } as never)
})

test.each([
  "",
  "docker.sock",
  "unix://",
  "unix://relative",
  "tcp://",
  "tcp://host:port",
  "http://host/path",
  "ftp://host",
])("%p is refused", (text) => {
  expect(() => parseEndpoint(text)).toThrow(`not a Docker endpoint: ${text}`)
})

test.each(["https://host:2376", "ssh://me@host", "npipe:////./pipe/docker_engine"])(
  "%s is refused with what to use instead",
  (text) => {
    expect(() => parseEndpoint(text)).toThrow(
      expect.objectContaining({
        code: "settings-invalid",
        hint: expect.stringContaining("socket proxy"),
      }) as never,
    )
  },
)

test("DOCKER_HOST of the environment does not overrule the endpoint given", () => {
  const before = process.env.DOCKER_HOST
  try {
    process.env.DOCKER_HOST = "tcp://elsewhere:1"
    expect(connect("unix:///a.sock").docker.modem).toMatchObject({ socketPath: "/a.sock" })
    process.env.DOCKER_HOST = "unix:///elsewhere.sock"
    expect(connect("tcp://here:2").docker.modem).toMatchObject({ host: "here", port: 2 })
  } finally {
    if (before === undefined) delete process.env.DOCKER_HOST
    else process.env.DOCKER_HOST = before
  }
})
