import { describe, expect, test } from "bun:test"
import { isLoopback, readEnvironment } from "../../controller/core/environment.ts"
import { Fault } from "../../controller/core/fault.ts"

const read = (env: Record<string, string | undefined>) => readEnvironment(env, "3f2a9c")

function refusal(env: Record<string, string>): string {
  try {
    read(env)
  } catch (error) {
    if (error instanceof Fault && error.code === "settings-invalid") return error.message
    throw error
  }
  throw new Error("it was accepted")
}

test("with nothing set, every setting has its default, and only this machine is listened to", () => {
  expect(read({})).toEqual({
    port: 3000,
    hostname: "127.0.0.1",
    databasePath: "/app/data/db/app.db",
    storagePath: "/app/data/backups",
    timeZone: "UTC",
    logLevel: "info",
    discovery: "labels",
    labelPrefix: "dbbackup",
    maxConcurrent: 3,
    dockerHost: "unix:///var/run/docker.sock",
    s3: null,
  })
})

test("an empty variable counts as not set, as compose leaves it", () => {
  expect(read({ PORT: "", TZ: "", DBBACKUP_DISCOVERY: "", HOSTNAME: "" })).toEqual(read({}))
})

test("HOSTNAME is the address to listen on, unless it is the machine's own name", () => {
  expect(read({ HOSTNAME: "0.0.0.0" }).hostname).toBe("0.0.0.0")
  expect(read({ HOSTNAME: "3f2a9c" }).hostname).toBe("127.0.0.1")
})

test("automatic discovery has two names, and the newer one decides", () => {
  expect(read({ AUTO_DISCOVER: "true" }).discovery).toBe("auto")
  expect(read({ DBBACKUP_DISCOVERY: "auto" }).discovery).toBe("auto")
  expect(read({ AUTO_DISCOVER: "true", DBBACKUP_DISCOVERY: "labels" }).discovery).toBe("labels")
})

test("variables of others are let be", () => {
  expect(read({ PATH: "/bin", ENCRYPTION_KEY: "x", constructor: "x" })).toEqual(read({}))
})

describe("mistakes", () => {
  test("are all named in one answer, with the variable", () => {
    const message = refusal({
      PORT: "http",
      TZ: "Europe/Berln",
      LOG_LEVEL: "loud",
      DBBACKUP_MAX_CONCURRENT: "0",
    })
    for (const name of ["PORT", "TZ", "LOG_LEVEL", "DBBACKUP_MAX_CONCURRENT"])
      expect(message).toContain(`${name}: `)
  })

  test.each([
    ["PORT", "65536"],
    ["PORT", "-1"],
    ["PORT", "3000.5"],
    ["AUTO_DISCOVER", "maybe"],
    ["DBBACKUP_DISCOVERY", "all"],
    ["DBBACKUP_LABEL_PREFIX", "has space"],
    ["DBBACKUP_LABEL_PREFIX", "Upper"],
    ["DBBACKUP_MAX_CONCURRENT", "many"],
    ["TZ", "Mars/Olympus"],
  ])("%s=%s is refused", (name, value) => {
    expect(refusal({ [name]: value })).toContain(`${name}: `)
  })
})

test("loopback is what only this machine reaches", () => {
  expect(["127.0.0.1", "127.1.2.3", "::1", "localhost"].every(isLoopback)).toBe(true)
  expect(["0.0.0.0", "::", "192.168.1.4", "db.example", "1.127.0.0"].some(isLoopback)).toBe(false)
})

test("takes a bucket with its keys, and refuses half a pair of keys", () => {
  const env = {
    S3_BUCKET: "backups",
    S3_ENDPOINT: "http://store:9000",
    S3_ACCESS_KEY_ID: "id",
    S3_SECRET_ACCESS_KEY: "key",
  }
  expect(readEnvironment(env, "box").s3).toEqual({
    bucket: "backups",
    region: "us-east-1",
    endpoint: "http://store:9000",
    credentials: { accessKeyId: "id", secretAccessKey: "key" },
  })
  expect(() => readEnvironment({ ...env, S3_ACCESS_KEY_ID: undefined }, "box")).toThrow("belong together")
})
