import { afterAll, beforeAll, beforeEach, expect, test } from "bun:test"
import { spawnSync } from "node:child_process"
import { randomBytes } from "node:crypto"
import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { zstdDecompressSync } from "node:zlib"
import { identityText, recipientOf } from "../../controller/core/age-key.ts"
import { Fault } from "../../controller/core/fault.ts"
import { localDestination } from "../../controller/destinations/local.ts"
import { copyAcross } from "../../controller/pipeline/copy-across.ts"
import { loadDump, proveCopy } from "../../controller/pipeline/load.ts"
import { type StoreRequest, storeDump } from "../../controller/pipeline/store.ts"
import type { Destination } from "../../controller/ports.ts"
import type { Proof } from "../../schemas/backup.ts"
import { type Age, ensureAge } from "../support/age.ts"
import { memoryDestination } from "../support/memory-destination.ts"
import { childTool } from "./child-tool.ts"
import { explain, failureOf, sha256, trailer } from "./sample.ts"

const base = mkdtempSync(join(tmpdir(), "dbbackup-encrypted-"))
afterAll(() => rmSync(base, { recursive: true, force: true }))
const [identity, foreign] = [identityText(randomBytes(32)), identityText(randomBytes(32))]
const keyFile = join(base, "KEY.txt")
writeFileSync(keyFile, identity)
let bare: Age
beforeAll(async () => {
  bare = await ensureAge()
}, 240_000)

const key = "shop/shop.sql.zst.age"
const secretRow = "INSERT INTO customer VALUES (4711,'Mallory')"
const data = join(base, "data")
writeFileSync(
  data,
  Array.from({ length: 3000 }, () => `${secretRow} -- ${randomBytes(60).toString("base64")}`).join("\n"),
)
const rows = `cat ${data}; echo; echo '-- done'`
let root: string
let local: Destination
beforeEach(() => {
  root = mkdtempSync(join(base, "root-"))
  local = localDestination("local", root)
})
const never = new AbortController().signal
const stored = () => readFileSync(join(root, key))

function request(script: string, changes: Partial<StoreRequest> = {}): StoreRequest {
  return {
    start: async () => childTool(script),
    end: trailer(),
    compression: { algorithm: "zstd", level: 3 },
    recipients: [recipientOf(foreign), recipientOf(identity)],
    destinations: [{ destination: local, key }],
    signal: never,
    onProgress: () => {},
    explain,
    ...changes,
  }
}
async function store(changes: Partial<StoreRequest> = {}): Promise<Proof> {
  const { proof, writers } = await storeDump(request(rows, changes))
  for (const { writer } of writers) await writer.commit()
  return proof
}
const copy = (proof: Proof, changes: { identity?: string; compression?: "none" } = {}) => ({
  destination: local,
  key,
  proof,
  compression: "zstd" as const,
  identity,
  signal: never,
  onProgress: () => {},
  ...changes,
})
const proving = (...args: Parameters<typeof copy>) => proveCopy({ ...copy(...args), end: trailer() })

test("stored bytes are an age file around the compression: the programs age and zstd alone get the dump back", async () => {
  const proof = await store()
  const bytes = stored()
  expect(proof).toMatchObject({ storedBytes: bytes.length, storedSha256: sha256(bytes) })
  const opened = spawnSync(bare.age, ["-d", "-i", keyFile], { input: bytes, maxBuffer: 1 << 28 })
  expect(opened.stderr.toString()).toBe("")
  const raw = zstdDecompressSync(opened.stdout)
  expect(proof).toMatchObject({ rawBytes: raw.length, rawSha256: sha256(raw) })
  expect(raw.toString()).toContain(secretRow)
})

test("without compression it is encrypted all the same, and nothing of the dump is readable anywhere", async () => {
  const proof = await store({ compression: { algorithm: "none", level: 0 } })
  const files = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  expect(files).toHaveLength(1)
  expect(stored().includes("Mallory")).toBe(false)
  expect(proof.storedBytes).toBeGreaterThan(proof.rawBytes)
  await proving(proof, { compression: "none" })
})

test("while it is written, partial files hold no readable byte either, nor does a dump that fails", async () => {
  let looked = 0
  const failure = await failureOf(
    storeDump(
      request(`${rows}; sleep 0.5; cat ${data}; exit 3`, {
        compression: { algorithm: "none", level: 0 },
        onProgress: () => {
          for (const entry of readdirSync(root, { recursive: true, withFileTypes: true }))
            if (entry.isFile()) {
              looked++
              expect(readFileSync(join(entry.parentPath, entry.name)).includes("Mallory")).toBe(false)
            }
        },
      }),
    ),
  )
  expect(failure).toMatchObject({ code: "dump-failed" })
  expect(looked).toBeGreaterThan(0)
  expect(String((failure as Fault).message)).not.toContain("Mallory")
})

test("a copy is proven and loaded whole with the identity of either recipient", async () => {
  const proof = await store()
  for (const one of [identity, foreign]) {
    await proving(proof, { identity: one })
    const out = join(root, "out")
    const tool = childTool(`cat > ${out}`, { stdin: true })
    const start = async () => tool
    await loadDump({ ...copy(proof, { identity: one }), start, explain })
    expect(sha256(readFileSync(out))).toBe(proof.rawSha256)
  }
})

test("another's identity, a changed byte and a cut between two chunks are told before a tool is started", async () => {
  const proof = await store()
  expect(await failureOf(proving(proof, { identity: identityText(randomBytes(32)) }))).toMatchObject({
    code: "key-missing",
  })
  const whole = stored()
  const payload = whole.indexOf("\n--- ") + 5 + 43 + 1 + 16
  for (const position of [30, payload - 3, payload + 5, whole.length - 1]) {
    const damaged = Buffer.from(whole)
    damaged[position] = (damaged[position] ?? 0) ^ 1
    writeFileSync(join(root, key), damaged)
    expect(await failureOf(proving(proof))).toMatchObject({ code: "copy-mismatch" })
    // Also when the recorded hash is that of the damaged bytes: the format's own proof is enough.
    const lied = { ...proof, storedSha256: sha256(damaged) }
    expect(await failureOf(proving(lied))).toMatchObject({ code: "copy-mismatch" })
  }
  writeFileSync(join(root, key), whole)
  truncateSync(join(root, key), payload + 64 * 1024 + 16)
  const cut = stored()
  const lied = { ...proof, storedBytes: cut.length, storedSha256: sha256(cut) }
  expect(await failureOf(proving(lied))).toMatchObject({
    code: "copy-mismatch",
    message: expect.stringContaining(
      "cannot be decrypted: its chunk 1 is damaged, or the file ends there too early",
    ),
  })
})

test("it is copied to another destination as it is, and no identity is needed for that", async () => {
  const proof = await store()
  const other = memoryDestination("other")
  const { writer } = await copyAcross({ destination: local, key, proof }, { destination: other, key }, never)
  await writer.commit()
  const chunks: Buffer[] = []
  for await (const chunk of await other.read(key, never)) chunks.push(chunk as Buffer)
  expect(Buffer.concat(chunks).equals(stored())).toBe(true)
})

test("a dump that is cancelled while it is encrypted ends with the reason, and leaves nothing", async () => {
  const stop = new AbortController()
  const reason = new Fault("cancelled", "cancelled on request")
  const running = failureOf(
    storeDump(
      request("while :; do head -c 100000 /dev/urandom | base64; done", {
        signal: stop.signal,
        onProgress: (_raw, bytes) => {
          if (bytes > 500_000) stop.abort(reason)
        },
      }),
    ),
  )
  expect(await running).toBe(reason)
  expect(readdirSync(root, { recursive: true, withFileTypes: true }).filter((it) => it.isFile())).toEqual([])
}, 30_000)
