import { afterAll, beforeAll, beforeEach, expect, setDefaultTimeout, test } from "bun:test"
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import fc from "fast-check"
import { Fault } from "../../controller/core/fault.ts"
import { localDestination } from "../../controller/destinations/local.ts"
import { type LoadRequest, loadDump, proveCopy } from "../../controller/pipeline/load.ts"
import { storeDump } from "../../controller/pipeline/store.ts"
import type { Destination } from "../../controller/ports.ts"
import type { Proof } from "../../schemas/backup.ts"
import { until } from "../support/until.ts"
import { type ChildTool, childTool } from "./child-tool.ts"
import { explain, failureOf, sha256, trailer } from "./sample.ts"

setDefaultTimeout(120_000)

const base = mkdtempSync(join(tmpdir(), "dbbackup-load-"))
afterAll(() => rmSync(base, { recursive: true, force: true }))
const strays: unknown[] = []
const onStray = (error: unknown): void => void strays.push(error)
beforeAll(() => void process.on("unhandledRejection", onStray))
afterAll(() => {
  process.off("unhandledRejection", onStray)
  expect(strays).toEqual([])
})

const key = "shop/shop.dump"
const compressions = [
  { algorithm: "none", level: 0 },
  { algorithm: "zstd", level: 3 },
  { algorithm: "gzip", level: 6 },
] as const
type Algorithm = (typeof compressions)[number]["algorithm"]
const never = new AbortController().signal

let root: string
let local: Destination
beforeEach(() => {
  root = mkdtempSync(join(base, "root-"))
  local = localDestination("local", root)
})
const storedFile = (): string => join(root, key)
const out = (): string => join(root, "out")

async function store(script: string, algorithm: Algorithm, end = trailer()): Promise<Proof> {
  const compression = compressions.find((one) => one.algorithm === algorithm) ?? compressions[0]
  const { proof, writers } = await storeDump({
    start: async () => childTool(script),
    end,
    compression,
    recipients: null,
    destinations: [{ destination: local, key }],
    signal: never,
    onProgress: () => {},
    explain,
  })
  for (const { writer } of writers) await writer.commit()
  return proof
}
const rows = "seq 1 300000; echo '-- done'"
const loading = (
  proof: Proof,
  compression: Algorithm,
  tool: ChildTool,
  changes: Partial<LoadRequest> = {},
) => ({
  destination: local,
  key,
  proof,
  compression,
  identity: null,
  start: async () => tool,
  signal: never,
  onProgress: () => {},
  explain: (code: number, stderr: string) =>
    new Fault("restore-failed", `the tool exited ${code}: ${stderr.trim()}`),
  ...changes,
})
const proving = (proof: Proof, compression: Algorithm) => ({
  destination: local,
  key,
  proof,
  compression,
  identity: null,
  end: trailer(),
  signal: never,
  onProgress: () => {},
})
function flip(at: (length: number) => number): void {
  const bytes = readFileSync(storedFile())
  const index = at(bytes.length)
  bytes[index] = (bytes[index] ?? 0) ^ 1
  writeFileSync(storedFile(), bytes)
}

test.each(["none", "zstd", "gzip"] as const)(
  "what was stored with %s is proven, and loaded whole",
  async (algorithm) => {
    const proof = await store(rows, algorithm)
    await proveCopy(proving(proof, algorithm))
    const heard: number[] = []
    const tool = childTool(`cat > ${out()}`, { stdin: true })
    const sizes = await loadDump(
      loading(proof, algorithm, tool, { onProgress: (bytes) => heard.push(bytes) }),
    )
    expect(sizes).toEqual({ storedBytes: proof.storedBytes, rawBytes: proof.rawBytes })
    expect(heard.at(-1)).toBe(proof.storedBytes)
    expect(sha256(readFileSync(out()))).toBe(proof.rawSha256)
    expect(await tool.exit).toBe(0)
  },
)

test("load(store(x)) is x, for any bytes", async () => {
  const end = { push() {}, finish: () => "anything", held: () => ({}) }
  const property = fc.asyncProperty(
    fc.uint8Array({ minLength: 1, maxLength: 3000 }),
    fc.constantFrom<Algorithm>("none", "zstd", "gzip"),
    async (bytes, algorithm) => {
      rmSync(storedFile(), { force: true })
      writeFileSync(join(root, "in"), bytes)
      const proof = await store(`cat ${join(root, "in")}`, algorithm, end)
      await loadDump(loading(proof, algorithm, childTool(`cat > ${out()}`, { stdin: true })))
      expect(readFileSync(out()).equals(Buffer.from(bytes))).toBe(true)
    },
  )
  await fc.assert(property, { numRuns: 15 })
}, 30_000)

test.each(["none", "zstd", "gzip"] as const)(
  "a copy that was changed is refused before anything is loaded: %s",
  async (algorithm) => {
    const proof = await store(rows, algorithm)
    const whole = readFileSync(storedFile())
    const changes: (() => void)[] = [
      () => truncateSync(storedFile(), whole.length - 1),
      () => truncateSync(storedFile(), 0),
      () => writeFileSync(storedFile(), Buffer.concat([whole, Buffer.from("x")])),
      () => flip(() => 3),
      () => flip((length) => length >> 1),
      () => flip((length) => length - 1),
    ]
    for (const change of changes) {
      writeFileSync(storedFile(), whole)
      change()
      expect(await failureOf(proveCopy(proving(proof, algorithm)))).toMatchObject({
        code: "copy-mismatch",
        hint: expect.stringContaining("another backup"),
      })
    }
  },
)

test("a copy that is gone is missing", async () => {
  const proof = await store(rows, "none")
  rmSync(storedFile())
  expect(await failureOf(proveCopy(proving(proof, "none")))).toMatchObject({ code: "copy-missing" })
  const tool = childTool("cat >/dev/null", { stdin: true })
  expect(await failureOf(loadDump(loading(proof, "none", tool)))).toMatchObject({ code: "copy-missing" })
  await tool.kill()
})

test("bytes that are as recorded, but no whole dump, are refused", async () => {
  const proof = await store("seq 1 10", "zstd", {
    push() {},
    finish: () => "nobody looked",
    held: () => ({}),
  })
  expect(await failureOf(proveCopy(proving(proof, "zstd")))).toMatchObject({ code: "dump-truncated" })
})

test("a copy that changes after its proof: the tool never sees the end of its input, and is ended", async () => {
  const proof = await store(rows, "none")
  await proveCopy(proving(proof, "none"))
  flip((length) => length >> 1)
  const tool = childTool(`cat > ${out()}; echo complete >> ${out()}`, { stdin: true })
  expect(await failureOf(loadDump(loading(proof, "none", tool)))).toMatchObject({ code: "copy-mismatch" })
  expect(tool.ended()).toBe(true)
  const got = readFileSync(out(), "utf8")
  expect(got).not.toContain("complete")
  expect(got.length).toBeLessThan(proof.rawBytes)
})

test("a tool that fails at the end is the failure, with its own words", async () => {
  const proof = await store(rows, "zstd")
  const tool = childTool("cat >/dev/null; echo 'duplicate key' >&2; exit 3", { stdin: true })
  expect(await failureOf(loadDump(loading(proof, "zstd", tool)))).toMatchObject({
    code: "restore-failed",
    message: "the tool exited 3: duplicate key",
  })
})

test("a tool that dies early is the failure, not the broken pipe it leaves", async () => {
  const proof = await store("seq 1 2000000; echo '-- done'", "zstd")
  for (const script of [
    "head -c 100000 >/dev/null; echo 'syntax error' >&2; exit 3",
    "echo 'syntax error' >&2; exit 3",
  ]) {
    const tool = childTool(script, { stdin: true })
    expect(await failureOf(loadDump(loading(proof, "zstd", tool)))).toMatchObject({
      message: "the tool exited 3: syntax error",
    })
  }
})

test("a tool that exits 0 before it has read everything has not loaded the dump", async () => {
  const proof = await store("seq 1 2000000; echo '-- done'", "none")
  const tool = childTool("head -c 100000 >/dev/null", { stdin: true })
  expect(await failureOf(loadDump(loading(proof, "none", tool)))).toMatchObject({
    code: "restore-failed",
    message: expect.stringContaining("before it had read the whole dump"),
  })
})

test("a tool killed in the middle is a failure", async () => {
  const proof = await store("seq 1 2000000; echo '-- done'", "none")
  const tool = childTool("head -c 100000 >/dev/null; kill -9 $$", { stdin: true })
  expect(await failureOf(loadDump(loading(proof, "none", tool)))).toMatchObject({
    message: "the tool exited 137: ",
  })
})

test("a cancel ends a tool that no longer reads, before its input is closed", async () => {
  // More than all buffers on the way hold.
  const proof = await store(rows, "none")
  const stop = new AbortController()
  const reason = new Fault("cancelled", "cancelled")
  const script = `head -c 1000 > ${out()}; sleep 1000; cat >> ${out()}; echo complete >> ${out()}`
  let tool: ChildTool | undefined
  // Not earlier: nobody would end a tool that a load, cancelled before, never came to start.
  const start = async () => (tool = childTool(script, { stdin: true }))
  const loaded = failureOf(
    loadDump({ ...loading(proof, "none", childTool("true")), start, signal: stop.signal }),
  )
  await until("the tool has read", () => existsSync(out()) && statSync(out()).size > 0, 60)
  stop.abort(reason)
  expect(await loaded).toBe(reason)
  await until("the tool has ended", () => tool?.ended() === true, 60)
  expect(readFileSync(out(), "utf8")).not.toContain("complete")
}, 150_000)

test("a tool that prints a lot is not blocked by it", async () => {
  const proof = await store(rows, "none")
  await loadDump(loading(proof, "none", childTool("cat; seq 1 100000", { stdin: true })))
})

test("a tool that does not start leaves the copy closed", async () => {
  const proof = await store(rows, "none")
  const down = new Fault("server-down", "the container is not running")
  const start = () => Promise.reject<ChildTool>(down)
  const tool = childTool("true", { stdin: true })
  expect(await failureOf(loadDump(loading(proof, "none", tool, { start })))).toBe(down)
})

test("a slow tool sets the pace, and gets it all", async () => {
  const proof = await store(rows, "zstd")
  const tool = childTool(`while head -c 200000 | grep -c . > /dev/null; do :; done; cat > /dev/null`, {
    stdin: true,
  })
  expect((await loadDump(loading(proof, "zstd", tool))).rawBytes).toBe(proof.rawBytes)
})

test("a tool that takes nothing for too long is ended before its input is, and the verdict is the failure", async () => {
  const proof = await store("head -c 3000000 /dev/zero; echo '-- done'", "none")
  const tool = childTool("exec sleep 1000", { stdin: true })
  const stalled = new Fault("restore-failed", "nothing was taken")
  const silence = { limitSeconds: 0.4, notice: () => {}, verdict: async () => stalled }
  expect(await failureOf(loadDump({ ...loading(proof, "none", tool), silence }))).toBe(stalled)
  expect(await tool.exit).toBe(143)
})

test("a tool that has taken everything and works on is asked about, and may end well", async () => {
  const proof = await store(rows, "none")
  const tool = childTool("cat >/dev/null; sleep 1.2", { stdin: true })
  let asked = 0
  const verdict = async () => {
    asked++
    return null
  }
  const silence = { limitSeconds: 0.3, notice: () => {}, verdict }
  await loadDump({ ...loading(proof, "none", tool), silence })
  expect(asked).toBeGreaterThanOrEqual(1)
})
