import { afterAll, afterEach, beforeEach, expect, test } from "bun:test"
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { localDestination } from "../../controller/destinations/local.ts"
import type { Destination } from "../../controller/ports.ts"
import { describeDestination, faultOf } from "../contract/destination.ts"

const base = mkdtempSync(join(tmpdir(), "dbbackup-local-"))
afterAll(() => rmSync(base, { recursive: true, force: true }))
let count = 0
const newRoot = (): string => {
  const root = join(base, String(count++))
  mkdirSync(root)
  return root
}

describeDestination("a folder", async () => {
  const root = newRoot()
  return {
    destination: localDestination("local", root),
    traces: async () => filesIn(root),
    close: async () => rmSync(root, { recursive: true, force: true }),
  }
})

const { signal } = new AbortController()
let root: string
let at: Destination
beforeEach(() => {
  root = newRoot()
  at = localDestination("local", root)
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

async function store(key: string, body: string): Promise<void> {
  const writer = await at.create(key, signal)
  await writer.write(Buffer.from(body))
  await writer.commit()
}

test("files can be read by their owner alone, folders too, whatever the umask", async () => {
  const umask = process.umask(0)
  try {
    await store("a/b/x.dump", "x")
    await at.put("a/b/x.json", Buffer.from("{}"), signal)
  } finally {
    process.umask(umask)
  }
  expect(["a/b/x.dump", "a/b/x.json", "a", "a/b"].map((path) => modeOf(join(root, path)))).toEqual([
    0o600, 0o600, 0o700, 0o700,
  ])
})

test("an unfinished file is beside its final place, for its owner alone", async () => {
  const writer = await at.create("a/x.dump", signal)
  const [name = ""] = readdirSync(join(root, "a"))
  expect(name).toMatch(/^x\.dump\.partial-[0-9a-f]{12}$/)
  expect(modeOf(join(root, "a", name))).toBe(0o600)
  await writer.abort(new Error("enough"))
})

test("folders that became empty are removed, others and the root stay", async () => {
  await store("a/b/c/x.dump", "x")
  await store("a/y.dump", "y")
  await at.remove("a/b/c/x.dump", signal)
  expect(readdirSync(join(root, "a"))).toEqual(["y.dump"])
  await at.remove("a/y.dump", signal)
  expect(readdirSync(root)).toEqual([])
})

test("a folder pruned as empty while another backup opens there does not fail that backup", async () => {
  for (let round = 0; round < 30; round++) {
    await store("a/b/old.dump", "old")
    const [writer] = await Promise.all([at.create("a/b/new.dump", signal), at.remove("a/b/old.dump", signal)])
    await writer.write(Buffer.from("new"))
    await writer.commit()
    expect(filesIn(root)).toEqual(["a/b/new.dump"])
    await at.remove("a/b/new.dump", signal)
  }
})

test("a folder that is a link out of the root is refused, and nothing is made behind it", async () => {
  const outside = newRoot()
  writeFileSync(join(outside, "secret"), "secret")
  symlinkSync(outside, join(root, "out"))
  expect(await faultOf(at.create("out/sub/x.dump", signal))).toBe("destination-unavailable")
  expect(await faultOf(at.put("out/x.json", Buffer.from("{}"), signal))).toBe("destination-unavailable")
  expect(await faultOf(at.read("out/secret", signal))).toBe("destination-unavailable")
  expect(await faultOf(at.size("out/secret", signal))).toBe("destination-unavailable")
  expect(await faultOf(at.remove("out/secret", signal))).toBe("destination-unavailable")
  expect(await Array.fromAsync(at.list("", signal))).toEqual([])
  expect(await at.browse("", null, 10, signal)).toEqual([])
  expect(await faultOf(at.browse("out/", null, 10, signal))).toBe("destination-unavailable")
  expect(await faultOf(at.browse("none/", null, 10, signal))).toBe("not-found")
  expect(filesIn(outside)).toEqual(["secret"])
})

test("a file that is a link is no backup", async () => {
  const outside = newRoot()
  writeFileSync(join(outside, "secret"), "secret")
  symlinkSync(join(outside, "secret"), join(root, "x.dump"))
  expect(await at.size("x.dump", signal)).toBeNull()
  expect(await at.browse("", null, 10, signal)).toEqual([])
  expect(await faultOf(at.read("x.dump", signal))).toBe("copy-missing")
  expect(await faultOf(store("x.dump", "overwritten"))).toBe("destination-unavailable")
  expect(readFileSync(join(outside, "secret"), "utf8")).toBe("secret")
})

test("the root itself may be a link, and folders inside may link to each other", async () => {
  mkdirSync(join(root, "real"))
  symlinkSync("real", join(root, "alias"))
  const link = join(base, `link-${count++}`)
  symlinkSync(root, link)
  at = localDestination("local", link)
  await store("alias/x.dump", "x")
  expect(readdirSync(join(root, "real"))).toEqual(["x.dump"])
  expect(await at.size("alias/x.dump", signal)).toBe(1)
})

test("a root that is missing is unavailable in every method, and is not made", async () => {
  at = localDestination("local", join(root, "not-mounted"))
  expect(await faultOf(at.create("x.dump", signal))).toBe("destination-unavailable")
  expect(await faultOf(at.put("x.json", Buffer.from("{}"), signal))).toBe("destination-unavailable")
  expect(await faultOf(at.read("x.dump", signal))).toBe("destination-unavailable")
  expect(await faultOf(at.size("x.dump", signal))).toBe("destination-unavailable")
  expect(await faultOf(at.remove("x.dump", signal))).toBe("destination-unavailable")
  expect(await faultOf(Array.fromAsync(at.list("", signal)))).toBe("destination-unavailable")
  expect(await faultOf(at.sweep(signal))).toBe("destination-unavailable")
  expect(await at.check(signal)).toMatchObject({ state: "down", freeBytes: null })
  expect(readdirSync(root)).toEqual([])
})

test("a root that is a file, and one where nobody may write, say so with a hint", async () => {
  writeFileSync(join(root, "file"), "")
  const file = await localDestination("file", join(root, "file")).check(signal)
  expect(file.problem).toMatchObject({
    code: "destination-unavailable",
    hint: expect.stringContaining("folder"),
  })
  const sys = await localDestination("sys", "/sys").check(signal)
  expect(sys.problem).toMatchObject({
    code: "destination-unavailable",
    hint: expect.stringContaining("permission"),
  })
})

test("the lock, the probe and the unfinished are not listed", async () => {
  for (const name of [
    ".dbbackup.lock",
    ".dbbackup.lock-journal",
    ".dbbackup-probe-0123456789ab",
    "x.partial-0123456789ab",
  ]) {
    writeFileSync(join(root, name), "")
  }
  expect(await Array.fromAsync(at.list("", signal))).toEqual([])
  expect(await at.sweep(signal)).toBe(2)
  expect(filesIn(root)).toEqual([".dbbackup.lock", ".dbbackup.lock-journal"])
})

test("a check says how much is free", async () => {
  const { freeBytes } = await at.check(signal)
  expect(freeBytes).toBeGreaterThan(0)
})

function modeOf(path: string): number {
  return statSync(path).mode & 0o777
}

/** Everything but folders, sorted. */
function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .toSorted()
}

test("a reader and a writer that nobody closes do not end the process", async () => {
  await store("a.dump", "x".repeat(1 << 20))
  const abandon = async (): Promise<void> => {
    const writer = await at.create("b.dump", signal)
    await writer.write(Buffer.from("half"))
    ;(await at.read("a.dump", signal)).once("readable", () => {})
  }
  for (let round = 0; round < 5; round++) await abandon()
  for (let round = 0; round < 5; round++) {
    Bun.gc(true)
    await new Promise((resolve) => setImmediate(resolve))
  }
  expect((await Array.fromAsync(at.list("", signal))).toSorted()).toEqual(["a.dump"])
})
