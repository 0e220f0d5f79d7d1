// What a tool writes into a named pipe arrives whole, in order, and as slowly as it is read; nothing of the pipe stays.
import { afterAll, expect, test } from "bun:test"
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { makeNamedPipe } from "../../controller/docker/named-pipe.ts"
import { outputOf } from "../../controller/docker/output-pipe.ts"

const folder = mkdtempSync(join(tmpdir(), "dbbackup-pipe-"))
afterAll(() => rmSync(folder, { recursive: true }))

const openFiles = () => readdirSync("/proc/self/fd").length

/** Writes what the script prints, once it has said that it has the pipe open. */
async function writing(path: string, script: string) {
  const child = Bun.spawn(["sh", "-c", `exec >'${path}'; echo open >&2; ${script}`], { stderr: "pipe" })
  await child.stderr.getReader().read()
  return child
}

test("all of it arrives, and its end is the writer's", async () => {
  const before = openFiles()
  const pipe = await makeNamedPipe(folder, "read")
  const writer = await writing(pipe.path, "seq 1000000")
  const hash = new Bun.CryptoHasher("sha256")
  for await (const chunk of outputOf(pipe)) hash.update(chunk)
  const expected = new Bun.CryptoHasher("sha256")
  for (let n = 1; n <= 1_000_000; n++) expected.update(`${n}\n`)
  expect(hash.digest("hex")).toBe(expected.digest("hex"))
  expect(await writer.exited).toBe(0)
  expect(existsSync(pipe.path)).toBe(false)
  expect(openFiles()).toBeLessThanOrEqual(before + 1)
})

test("a writer that printed nothing gives an end without a byte", async () => {
  const pipe = await makeNamedPipe(folder, "read")
  await writing(pipe.path, "true")
  for await (const _ of outputOf(pipe)) expect.unreachable()
})

test("a reader that is slow holds the writer up", async () => {
  const pipe = await makeNamedPipe(folder, "read")
  const writer = await writing(pipe.path, "head -c 50000000 /dev/zero; echo over >&2")
  const stdout = outputOf(pipe)
  let bytes = 0
  for await (const chunk of stdout) {
    bytes += chunk.length
    if (bytes < 2_000_000) await Bun.sleep(5)
    // What the kernel and one read hold is far less than what is to come.
    if (bytes < 1_000_000) expect(writer.exitCode).toBeNull()
  }
  expect(bytes).toBe(50_000_005 - "over\n".length)
})

test("a reader that goes away ends the writer, and leaves nothing open", async () => {
  const before = openFiles()
  for (let round = 0; round < 5; round++) {
    const pipe = await makeNamedPipe(folder, "read")
    const writer = await writing(pipe.path, "exec head -c 50000000 /dev/zero")
    for await (const _ of outputOf(pipe)) break
    expect(await writer.exited).not.toBe(0)
  }
  expect(openFiles()).toBeLessThanOrEqual(before + 1)
  expect(readdirSync(folder)).toEqual([])
})

test("a reader that goes away while there is nothing to read is gone at once", async () => {
  const pipe = await makeNamedPipe(folder, "read")
  const writer = await writing(pipe.path, "exec sleep 60")
  const stdout = outputOf(pipe)
  stdout.on("error", () => {}).resume()
  await Bun.sleep(50)
  const closed = new Promise((resolve) => stdout.once("close", resolve))
  stdout.destroy(new Error("cancelled"))
  await closed
  writer.kill()
})

test("one that no tool has opened is removed with its files", async () => {
  const before = openFiles()
  const pipe = await makeNamedPipe(folder, "read")
  await pipe.remove()
  expect(readdirSync(folder)).toEqual([])
  expect(openFiles()).toBeLessThanOrEqual(before + 1)
})
