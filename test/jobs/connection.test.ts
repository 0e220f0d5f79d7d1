// How a trial of the way to a server ends, whatever its client says.
import { expect, test } from "bun:test"
import { testConnection } from "../../controller/jobs/connection.ts"
import type { Target } from "../../controller/jobs/probe.ts"
import type { Outside } from "../../controller/ports.ts"
import { OutsideServer } from "../../schemas/outside.ts"
import { aContainer } from "../core/samples.ts"
import { down, fakeServer, target } from "./fake-server.ts"

const never = new AbortController().signal

/** 42 milliseconds pass between two readings. */
function ticking(): () => Date {
  let at = 0
  return () => new Date(42 * at++)
}
const verifyFull: Outside = OutsideServer.parse({ type: "mysql", host: "db.example.com", user: "backup" })
const outside = (server: Outside): Target => ({
  ...target,
  engine: server.type,
  container: aContainer({ outside: server }),
})

/** A server whose client fails with the words that the mode of its TLS leads to. */
function refusing(words: (mode: string) => string) {
  const docker = fakeServer()
  const modes: string[] = []
  const exec = docker.exec
  docker.exec = async (request, signal) => {
    const mode = request.helper?.outside?.server.tls.mode ?? "none"
    modes.push(mode)
    docker.answer = () => 1
    return { ...(await exec(request, signal)), stderrTail: () => words(mode) }
  }
  return { docker, modes }
}
const badCertificate =
  "ERROR 2026 (HY000): SSL connection error: error:0A000086:SSL routines::certificate verify failed"
const badPassword = "ERROR 1045 (28000): Access denied for user 'backup'@'x' (using password: YES)"

test("what answers is told, with how long that took", async () => {
  expect(await testConnection({ docker: fakeServer(), clock: ticking() }, target, never)).toEqual({
    ...{ state: "up", milliseconds: 42, engine: "postgres", serverVersion: "17.6" },
    ...{ tool: "pg_dump", toolVersion: "17.6", databases: ["shop"], readsAll: true, tls: null },
    warnings: ["What is in shop could not be counted, so its dump cannot be compared with it."],
  })
})

test("why it does not answer is an answer", async () => {
  const docker = fakeServer()
  docker.answer = () => {
    throw down()
  }
  expect(await testConnection({ docker, clock: ticking() }, target, never)).toMatchObject({
    ...{ state: "down", milliseconds: 42, problem: { code: "server-down", hint: "Start it." } },
  })
})

test("whoever asked and has gone gets none", async () => {
  const gone = AbortSignal.abort(new Error("gone"))
  expect(testConnection({ docker: fakeServer(), clock: ticking() }, target, gone)).rejects.toThrow("gone")
})

test("MySQL's one word for a bad certificate is told apart by a second look at the signer alone", async () => {
  const otherName = refusing((mode) => (mode === "verify-full" ? badCertificate : badPassword))
  expect(
    await testConnection({ docker: otherName.docker, clock: ticking() }, outside(verifyFull), never),
  ).toMatchObject({
    problem: { code: "tls-refused", hint: expect.stringContaining("of another name than db.example.com") },
  })
  const otherSigner = refusing(() => badCertificate)
  expect(
    await testConnection({ docker: otherSigner.docker, clock: ticking() }, outside(verifyFull), never),
  ).toMatchObject({ problem: { code: "tls-refused", hint: expect.stringContaining("tls.ca") } })
  const asked = refusing(() => badCertificate)
  const signer = outside({ ...verifyFull, tls: { mode: "verify-ca" } })
  await testConnection({ docker: asked.docker, clock: ticking() }, signer, never)
  expect([otherName.modes, otherSigner.modes, asked.modes]).toEqual([
    ["verify-full", "verify-ca"],
    ["verify-full", "verify-ca"],
    ["verify-ca"],
  ])
})
