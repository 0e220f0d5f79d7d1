import { afterAll, beforeAll, beforeEach, expect, test } from "bun:test"
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { zstdDecompressSync } from "node:zlib"
import { Fault } from "../../controller/core/fault.ts"
import { localDestination } from "../../controller/destinations/local.ts"
import { type StoreRequest, storeDump } from "../../controller/pipeline/store.ts"
import type { Destination } from "../../controller/ports.ts"
import { mountTmpfs } from "../destinations/mounted.ts"
import { memoryDestination } from "../support/memory-destination.ts"
import { childTool } from "./child-tool.ts"
import { explain, failureOf, sha256, trailer } from "./sample.ts"

const base = mkdtempSync(join(tmpdir(), "dbbackup-store-"))
afterAll(() => rmSync(base, { recursive: true, force: true }))
let root: string
let local: Destination
beforeEach(() => {
  root = mkdtempSync(join(base, "root-"))
  local = localDestination("local", root)
})

// A stray rejection would end the controller, so it fails these tests.
const strays: unknown[] = []
const onStray = (error: unknown): void => void strays.push(error)
beforeAll(() => void process.on("unhandledRejection", onStray))
afterAll(() => {
  process.off("unhandledRejection", onStray)
  expect(strays).toEqual([])
})

const key = "shop/shop.dump"
const none = { algorithm: "none", level: 0 } as const
const zstd = { algorithm: "zstd", level: 3 } as const
const rows = "seq 1 200000; echo '-- done'"

function request(script: string, changes: Partial<StoreRequest> = {}): StoreRequest {
  return {
    start: async () => childTool(script),
    end: trailer(),
    compression: none,
    recipients: null,
    destinations: [{ destination: local, key }],
    signal: new AbortController().signal,
    onProgress: () => {},
    explain,
    ...changes,
  }
}
const filesAt = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => entry.name)

test("a dump is proven, written, and not visible before it is committed", async () => {
  const { proof, writers, failed } = await storeDump(request(rows))
  expect(filesAt(root)).toEqual([expect.stringContaining(".partial-")])
  expect(failed).toEqual([])
  expect(writers).toMatchObject([{ key, destination: { name: "local" } }])
  await writers[0]?.writer.commit()
  const stored = readFileSync(join(root, key))
  expect(stored.toString()).toEndWith("200000\n-- done\n")
  expect(proof).toEqual({
    exitCode: 0,
    end: "the trailer",
    rawBytes: stored.length,
    rawSha256: sha256(stored),
    storedBytes: stored.length,
    storedSha256: sha256(stored),
  })
})

test("what is compressed in the stream is measured before and after", async () => {
  const { proof, writers } = await storeDump(request(rows, { compression: zstd }))
  await writers[0]?.writer.commit()
  const stored = readFileSync(join(root, key))
  const raw = zstdDecompressSync(stored)
  expect(proof).toMatchObject({ storedBytes: stored.length, storedSha256: sha256(stored) })
  expect(proof).toMatchObject({ rawBytes: raw.length, rawSha256: sha256(raw) })
  expect(proof.storedBytes).toBeLessThan(proof.rawBytes)
})

test("progress ends with the proven sizes", async () => {
  const heard: [number, number][] = []
  const onProgress = (raw: number, stored: number): void => void heard.push([raw, stored])
  const { proof } = await storeDump(request(rows, { compression: zstd, onProgress }))
  expect(heard.at(-1)).toEqual([proof.rawBytes, proof.storedBytes])
})

test.each([
  ["a tool that fails at the very end", `${rows}; echo 'lost connection' >&2; exit 1`, "dump-failed"],
  ["a tool killed in the middle", `${rows}; kill -9 $$`, "dump-failed"],
  ["a dump without its end", "seq 1 200000", "dump-truncated"],
  ["a tool that prints nothing and exits 0", "true", "dump-empty"],
  ["a tool that does not exist", "exec no-such-tool-anywhere", "dump-failed"],
])("%s leaves nothing behind", async (_title, script, code) => {
  for (const compression of [none, zstd]) {
    const other = memoryDestination("other")
    const destinations = [local, other].map((destination) => ({ destination, key }))
    const failure = await failureOf(storeDump(request(script, { compression, destinations, end: trailer() })))
    expect(failure).toBeInstanceOf(Fault)
    expect(failure).toMatchObject({ code })
    expect(filesAt(root)).toEqual([])
    expect(other.unfinished() + other.files.size).toBe(0)
  }
})

test("a tool's failure wins over the missing end it causes", async () => {
  const failure = await failureOf(storeDump(request("seq 1 10; echo 'no rights' >&2; exit 2")))
  expect(failure).toMatchObject({ code: "dump-failed", message: "the tool exited 2: no rights" })
})

test.each([
  ["cancelled", "echo rows; exec sleep 1000"],
  ["timeout", "yes"],
] as const)("%s: the reason comes out, the tool has ended, nothing is left", async (code, script) => {
  const stop = new AbortController()
  const reason = new Fault(code, "stopped on purpose")
  const tool = childTool(script)
  const onWrite = (): void => void setImmediate(() => stop.abort(reason))
  const other = memoryDestination("other", { onWrite, forgetful: true })
  const destinations = [local, other].map((destination) => ({ destination, key }))
  const start = async () => tool
  expect(await failureOf(storeDump(request("", { start, destinations, signal: stop.signal })))).toBe(reason)
  expect(tool.ended()).toBe(true)
  expect(filesAt(root)).toEqual([])
  expect(other.unfinished()).toBe(0)
})

test("a signal of the platform's own becomes a timeout fault", async () => {
  const signal = AbortSignal.timeout(50)
  const failure = await failureOf(storeDump(request("echo rows; exec sleep 1000", { signal })))
  expect(failure).toMatchObject({ name: "Fault", code: "timeout" })
})

test("a signal that is aborted already opens and starts nothing", async () => {
  const reason = new Fault("cancelled", "cancelled")
  let started = 0
  const start = async () => childTool(`echo ${started++}`)
  expect(await failureOf(storeDump(request("", { start, signal: AbortSignal.abort(reason) })))).toBe(reason)
  expect([started, filesAt(root)]).toEqual([0, []])
})

test("a destination that hangs does not keep a cancel from ending the tool", async () => {
  const stop = new AbortController()
  const reason = new Fault("cancelled", "cancelled")
  const tool = childTool("yes")
  const onWrite = (): Promise<void> => {
    setImmediate(() => stop.abort(reason))
    return new Promise(() => {})
  }
  const destinations = [{ destination: memoryDestination("hangs", { onWrite }), key }]
  const start = async () => tool
  expect(await failureOf(storeDump(request("", { start, destinations, signal: stop.signal })))).toBe(reason)
  expect(tool.ended()).toBe(true)
})

test("a destination that hangs while it opens does not hold up a cancel, and is aborted when it comes", async () => {
  const stop = new AbortController()
  const reason = new Fault("cancelled", "cancelled")
  let opens: () => void = () => {}
  const onCreate = (): Promise<void> => {
    setImmediate(() => stop.abort(reason))
    return new Promise((resolve) => {
      opens = resolve
    })
  }
  const slow = memoryDestination("slow", { onCreate })
  const destinations = [
    { destination: slow, key },
    { destination: local, key },
  ]
  expect(await failureOf(storeDump(request(rows, { destinations, signal: stop.signal })))).toBe(reason)
  expect(filesAt(root)).toEqual([])
  opens()
  for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve))
  expect(slow.unfinished()).toBe(0)
})

test("no destination opens: the tool is not started, and their fault says why", async () => {
  let started = 0
  const start = async () => childTool(`echo ${started++}`)
  const destinations = ["one", "two"].map((name) => ({
    destination: localDestination(name, join(base, name)),
    key,
  }))
  const failure = await failureOf(storeDump(request("", { start, destinations })))
  expect(failure).toMatchObject({
    code: "destination-unavailable",
    message: expect.stringMatching(
      /^every destination failed: one .* does not exist: ENOENT.*; two .* does not exist/,
    ),
  })
  expect(started).toBe(0)
})

test("one destination that does not open is recorded, the other gets the backup", async () => {
  const missing = localDestination("missing", join(base, "not-mounted"))
  const destinations = [
    { destination: missing, key },
    { destination: local, key },
  ]
  const { writers, failed } = await storeDump(request(rows, { destinations }))
  expect(failed).toMatchObject([{ destination: "missing", key, fault: { code: "destination-unavailable" } }])
  expect(writers.map(({ destination }) => destination.name)).toEqual(["local"])
  await writers[0]?.writer.commit()
  expect(filesAt(root)).toEqual(["shop.dump"])
})

test("one destination that breaks half-way is recorded, the other gets the whole backup", async () => {
  const broken = new Fault("destination-unavailable", "connection reset")
  const onWrite = (written: number): void => {
    if (written > 300_000) throw broken
  }
  const bad = memoryDestination("bad", { onWrite })
  const destinations = [
    { destination: bad, key },
    { destination: local, key },
  ]
  const { proof, writers, failed } = await storeDump(request(rows, { destinations }))
  expect(failed).toEqual([{ destination: "bad", key, fault: broken }])
  expect(bad.unfinished()).toBe(0)
  await writers[0]?.writer.commit()
  expect(sha256(readFileSync(join(root, key)))).toBe(proof.storedSha256)
})

test("when the last destination breaks, its fault comes out and the tool is ended", async () => {
  const broken = new Fault("destination-unavailable", "connection reset")
  const onWrite = (written: number): void => {
    if (written > 300_000) throw broken
  }
  const tool = childTool("seq 1 200000; exec sleep 1000")
  const destinations = [{ destination: memoryDestination("bad", { onWrite }), key }]
  expect(await failureOf(storeDump(request("", { start: async () => tool, destinations })))).toBe(broken)
  expect(tool.ended()).toBe(true)
})

const small = mountTmpfs("size=4m")
afterAll(() => small?.unmount())
test.skipIf(small === null)("a disk that fills up half-way loses that copy alone, and says so", async () => {
  const full = localDestination("full", small?.root ?? "")
  const destinations = [
    { destination: full, key },
    { destination: local, key },
  ]
  const { writers, failed } = await storeDump(
    request("yes 0123456789 | head -c 20000000; echo; echo '-- done'", { destinations }),
  )
  expect(failed).toMatchObject([{ destination: "full", fault: { code: "disk-full" } }])
  expect(filesAt(small?.root ?? "")).toEqual([])
  await writers[0]?.writer.commit()
  expect(filesAt(root)).toEqual(["shop.dump"])
  const alone = storeDump(
    request("yes | head -c 20000000; echo '-- done'", { destinations: destinations.slice(0, 1) }),
  )
  expect(await failureOf(alone)).toMatchObject({ code: "disk-full" })
})

test("an end detector with a bug fails the run and leaves nothing", async () => {
  const end = {
    push() {
      throw new TypeError("offset is undefined")
    },
    finish: () => "",
    held: () => ({}),
  }
  expect(await failureOf(storeDump(request(rows, { end })))).toBeInstanceOf(TypeError)
  expect(filesAt(root)).toEqual([])
})

test("a destination without room for what is expected is left out before the dump begins, the other gets the backup", async () => {
  const tight = { ...memoryDestination("tight"), freeBytes: async () => 5_000_000 }
  const destinations = [
    { destination: local, key, expected: 10_000_000 },
    { destination: tight, key, expected: 10_000_000 },
  ]
  const { writers, failed } = await storeDump(request(rows, { destinations }))
  expect(failed).toMatchObject([{ destination: "tight", fault: { code: "disk-full" } }])
  expect(writers.map(({ destination }) => destination.name)).toEqual(["local"])
})

test("without room anywhere no tool is started", async () => {
  const tight = { ...memoryDestination("tight"), freeBytes: async () => 5_000_000 }
  let started = 0
  const start = async () => {
    started++
    return childTool(rows)
  }
  const destinations = [{ destination: tight, key, expected: 10_000_000 }]
  expect(await failureOf(storeDump(request(rows, { destinations, start })))).toMatchObject({
    code: "disk-full",
  })
  expect([started, tight.unfinished()]).toEqual([0, 0])
})
