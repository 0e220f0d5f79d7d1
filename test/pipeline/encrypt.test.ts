import { afterAll, beforeAll, describe, expect, setDefaultTimeout, spyOn, test } from "bun:test"
import { spawn, spawnSync } from "node:child_process"
import { createHash, randomBytes } from "node:crypto"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Readable, Writable } from "node:stream"
import { pipeline } from "node:stream/promises"
import fc from "fast-check"
import { identityText, recipientOf } from "../../controller/core/age-key.ts"
import { Fault } from "../../controller/core/fault.ts"
import { requireCipher } from "../../controller/pipeline/age-cipher.ts"
import { decryptor, encryptedWithPassphrase, encryptor } from "../../controller/pipeline/encrypt.ts"
import { type Age, ensureAge } from "../support/age.ts"
import { failureOf, inChunks } from "./sample.ts"

setDefaultTimeout(120_000)

const folder = mkdtempSync(join(tmpdir(), "dbbackup-encrypt-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
let bare: Age
beforeAll(async () => {
  bare = await ensureAge()
}, 240_000)

const [ours, spare, foreign] = [newKey("ours"), newKey("spare"), newKey("foreign")]
function newKey(name: string) {
  const identity = identityText(randomBytes(32))
  const file = join(folder, name)
  writeFileSync(file, `# a comment\n${identity}\n`, { mode: 0o600 })
  return { identity, recipient: recipientOf(identity), file }
}

async function through(bytes: Buffer, cut: number, stage: NodeJS.ReadWriteStream): Promise<Buffer> {
  const chunks: Buffer[] = []
  const sink = new Writable({
    write(chunk: Uint8Array, _encoding, next) {
      chunks.push(Buffer.from(chunk))
      next()
    },
  })
  await pipeline([inChunks(bytes, cut), stage, sink])
  return Buffer.concat(chunks)
}
const encrypt = (bytes: Buffer, recipients = [ours.recipient], cut = 65_536) =>
  through(bytes, cut, encryptor(recipients))
const decrypt = (bytes: Buffer, identity = ours.identity, cut = 65_536) =>
  through(bytes, cut, decryptor(identity))

function tool(argv: readonly string[], input: Buffer) {
  const [command = "", ...args] = argv
  const { status, stdout, stderr } = spawnSync(command, args, { input, maxBuffer: 1 << 28 })
  return { status, stdout, stderr: stderr.toString() }
}

const chunk = 64 << 10
const sizes = [0, 1, chunk - 1, chunk, chunk + 1, 2 * chunk, 5 * chunk + 17]

describe("beside the program age", () => {
  test.each(sizes)("it opens what is written here, %d bytes", async (size) => {
    const plain = randomBytes(size)
    const stored = await encrypt(plain, [spare.recipient, ours.recipient])
    for (const { file } of [ours, spare]) {
      const opened = tool([bare.age, "-d", "-i", file], stored)
      expect(opened.stderr).toBe("")
      expect(opened.stdout.equals(plain)).toBe(true)
    }
    expect(tool([bare.age, "-d", "-i", foreign.file], stored).status).not.toBe(0)
  })

  test.each(sizes)("what it writes is opened here, %d bytes", async (size) => {
    const plain = randomBytes(size)
    const written = tool([bare.age, "-r", foreign.recipient, "-r", ours.recipient], plain)
    expect(written.stderr).toBe("")
    expect((await decrypt(written.stdout)).equals(plain)).toBe(true)
  })

  test("a file of 1 GiB goes both ways, in flat memory, and the event loop is never held up", async () => {
    const bytes = 1 << 30
    const source = () =>
      Readable.from(
        (function* () {
          const piece = Buffer.alloc(1 << 20)
          for (let n = 0; n < bytes / piece.length; n++) {
            piece.writeUInt32BE(n)
            yield Buffer.from(piece)
          }
        })(),
        { objectMode: false },
      )
    const hashOf = async (stages: readonly NodeJS.ReadableStream[]) => {
      const hash = createHash("sha256")
      const sink = new Writable({
        write(piece: Buffer, _encoding, next) {
          hash.update(piece)
          next()
        },
      })
      await pipeline([...stages, sink] as unknown as [NodeJS.ReadableStream, NodeJS.WritableStream])
      return hash.digest("hex")
    }
    const wanted = await hashOf([source()])
    Bun.gc(true)
    const before = process.memoryUsage.rss()
    let peak = before
    let [longest, last] = [0, performance.now()]
    const looking = setInterval(() => {
      peak = Math.max(peak, process.memoryUsage.rss())
      longest = Math.max(longest, performance.now() - last)
      last = performance.now()
    }, 10)
    const started = performance.now()
    const opening = spawn(bare.age, ["-d", "-i", ours.file], { stdio: ["pipe", "pipe", "inherit"] })
    const [opened] = await Promise.all([
      hashOf([opening.stdout]),
      pipeline([source(), encryptor([ours.recipient]), opening.stdin]),
    ])
    const writing = spawn(bare.age, ["-r", ours.recipient], { stdio: ["pipe", "pipe", "inherit"] })
    const [back] = await Promise.all([
      hashOf([writing.stdout, decryptor(ours.identity)]),
      pipeline([source(), writing.stdin]),
    ])
    clearInterval(looking)
    const seconds = ((performance.now() - started) / 1000).toFixed(1)
    const grown = Math.round((peak - before) / (1 << 20))
    console.log(
      `2 GiB in ${seconds} s, ${grown} MiB more memory, event loop held up ${longest.toFixed(0)} ms`,
    )
    expect([opened, back]).toEqual([wanted, wanted])
    // Nothing collects here what the byte path of a dump has collected as it goes: flat is far below the 2 GiB.
    expect(grown).toBeLessThan(512)
    expect(longest).toBeLessThan(1500)
  }, 240_000)

  test("a key made here is one of its keys", () => {
    const shown = tool([bare.keygen, "-y", ours.file], Buffer.alloc(0))
    expect(shown.stdout.toString().trim()).toBe(ours.recipient)
  })
})

test("gives back what went in, at every size and cut, from a fresh key each time", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 0, max: 4 * chunk }),
      fc.integer({ min: 1, max: 100_000 }),
      fc.integer({ min: 1, max: 100_000 }),
      async (size, cut, otherCut) => {
        const plain = randomBytes(size)
        const stored = await encrypt(plain, [ours.recipient], cut)
        expect((await decrypt(stored, ours.identity, otherCut)).equals(plain)).toBe(true)
        expect((await encrypt(plain)).equals(stored)).toBe(false)
      },
    ),
    { numRuns: 25 },
  )
}, 60_000)

describe("nothing wrong is taken for right", () => {
  const plain = randomBytes(3 * chunk + 100)
  const words = async (bytes: Buffer, identity?: string) =>
    String(((await failureOf(decrypt(bytes, identity))) as Error).message)

  test("another's identity is refused as such", async () => {
    const failure = await failureOf(decrypt(await encrypt(plain), foreign.identity))
    expect(failure).toBeInstanceOf(Fault)
    expect(failure).toMatchObject({ code: "key-missing" })
    expect(String((failure as Fault).message)).not.toContain(foreign.identity)
  })

  test("a changed byte is, wherever it is", async () => {
    const stored = await encrypt(plain)
    const at = fc.integer({ min: 0, max: stored.length - 1 })
    await fc.assert(
      fc.asyncProperty(at, fc.integer({ min: 1, max: 255 }), async (position, change) => {
        const damaged = Buffer.from(stored)
        damaged[position] = (damaged[position] ?? 0) ^ change
        await failureOf(decrypt(damaged))
      }),
      { numRuns: 60 },
    )
    // Every byte of the head, where a reader is most easily led astray.
    for (let position = 0; position < 220; position++) {
      const damaged = Buffer.from(stored)
      damaged[position] = (damaged[position] ?? 0) ^ 1
      await failureOf(decrypt(damaged))
    }
  }, 60_000)

  test("a cut is: inside the head, inside a chunk, and exactly between two", async () => {
    const stored = await encrypt(plain)
    const head = stored.length - 4 * 16 - plain.length
    expect(await words(stored.subarray(0, 100))).toBe("it ends inside its header")
    expect(await words(stored.subarray(0, head - 1))).toBe("it ends inside its header")
    for (const chunks of [1, 2, 3])
      expect(await words(stored.subarray(0, head + chunks * (chunk + 16)))).toBe(
        `its chunk ${chunks} is damaged, or the file ends there too early`,
      )
    expect(await words(stored.subarray(0, head))).toContain("its chunk 1 is damaged")
    expect(await words(stored.subarray(0, -1))).toContain("its chunk 4 is damaged")
  })

  test("so are bytes behind the end, chunks that changed places, and what is no age file", async () => {
    const stored = await encrypt(plain)
    const head = stored.length - 4 * 16 - plain.length
    const [one, two] = [0, 1].map((n) =>
      stored.subarray(head + n * (chunk + 16), head + (n + 1) * (chunk + 16)),
    )
    const swapped = [stored.subarray(0, head), two, one, stored.subarray(head + 2 * (chunk + 16))] as Buffer[]
    expect(await words(Buffer.concat(swapped))).toContain("its chunk 1 is damaged")
    expect(await words(Buffer.concat([stored, Buffer.from("x")]))).toContain("damaged")
    expect(await words(Buffer.from("PGDMP"))).toBe("it does not begin as an age file does")
    expect(await words(Buffer.alloc(0))).toBe("it ends inside its header")
    const endless = Buffer.from(`age-encryption.org/v1\n${"-> x\n".repeat(20_000)}`)
    expect(await words(endless)).toBe("its header has no end")
  })

  test("a share that makes every secret the same is refused", async () => {
    const stored = await encrypt(Buffer.from("x"))
    const share = /X25519 (\S+)/.exec(stored.toString("latin1"))?.[1] ?? ""
    const zero = Buffer.alloc(32).toString("base64").replace("=", "")
    const text = stored.toString("latin1").replace(share, zero)
    await failureOf(decrypt(Buffer.from(text, "latin1")))
  })
})

test("a Bun that lacks the cipher is told, as a controller with keys is at its start", async () => {
  await requireCipher()
  const missing = spyOn(crypto.subtle, "importKey").mockRejectedValue(
    new DOMException("no", "NotSupportedError"),
  )
  try {
    expect(await failureOf(requireCipher())).toMatchObject({ code: "tool-missing" })
    expect(await failureOf(encrypt(Buffer.from("x")))).toMatchObject({ code: "tool-missing" })
  } finally {
    missing.mockRestore()
  }
})

test("what a passphrase protects is an age file, and not the text", async () => {
  const escrow = await encryptedWithPassphrase(ours.identity, "correct horse", 10)
  expect(escrow.toString("latin1")).toStartWith("age-encryption.org/v1\n-> scrypt ")
  expect(escrow.toString("latin1")).not.toContain(ours.identity)
})
