// What a tool reads from a named pipe is all that it was fed, no faster than it reads, and its end comes only with the orderly one.
import { afterAll, expect, test } from "bun:test"
import { mkdtempSync, readdirSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Readable } from "node:stream"
import { pipeline } from "node:stream/promises"
import { inputOf } from "../../controller/docker/input-pipe.ts"
import { makeNamedPipe } from "../../controller/docker/named-pipe.ts"
import { until } from "../support/until.ts"

const folder = mkdtempSync(join(tmpdir(), "dbbackup-pipe-"))
afterAll(() => rmSync(folder, { recursive: true }))

const openFiles = () => readdirSync("/proc/self/fd").length

/** A reader that has said that it has the pipe open. */
async function reading(path: string, script: string) {
  const child = Bun.spawn(["sh", "-c", `exec <'${path}'; echo open >&2; ${script}`], {
    stdout: "pipe",
    stderr: "pipe",
  })
  await child.stderr.getReader().read()
  return child
}
const chunks = (count: number) =>
  Readable.from(Array.from({ length: count }, (_, at) => Buffer.alloc(100_000, at % 251)))

test("all of it arrives, and then its end", async () => {
  const before = openFiles()
  const pipe = await makeNamedPipe(folder, "write")
  const reader = await reading(pipe.path, "exec sha256sum")
  await pipeline(
    chunks(300),
    inputOf(pipe, async () => expect.unreachable()),
  )
  const hash = new Bun.CryptoHasher("sha256")
  for await (const chunk of chunks(300)) hash.update(chunk)
  expect(await new Response(reader.stdout).text()).toBe(`${hash.digest("hex")}  -\n`)
  expect(readdirSync(folder)).toEqual([])
  await until("its handles are closed", async () => openFiles() <= before)
})

test("nothing at all is an end, too", async () => {
  const pipe = await makeNamedPipe(folder, "write")
  const reader = await reading(pipe.path, "exec wc -c")
  inputOf(pipe, async () => expect.unreachable()).end()
  expect((await new Response(reader.stdout).text()).trim()).toBe("0")
})

test("a reader that is slow holds the writer up, and nothing else", async () => {
  const pipe = await makeNamedPipe(folder, "write")
  const reader = await reading(pipe.path, "read -r line </dev/null; sleep 0.4; exec cat >/dev/null")
  let ticks = 0
  const clock = setInterval(() => ticks++, 10)
  let fed = 0
  const source = chunks(100).map((chunk) => {
    fed++
    return chunk
  })
  const done = pipeline(
    source,
    inputOf(pipe, async () => expect.unreachable()),
  )
  await Bun.sleep(200)
  // What the kernel and the stream before hold, of ten million bytes.
  expect(fed).toBeLessThan(40)
  expect(ticks).toBeGreaterThan(5)
  await done
  clearInterval(clock)
  expect(await reader.exited).toBe(0)
})

test("a reader that goes away is told as such", async () => {
  const pipe = await makeNamedPipe(folder, "write")
  await reading(pipe.path, "exec head -c 1000")
  const before = openFiles()
  const abandoned: unknown[] = []
  const input = inputOf(pipe, async (reason) => abandoned.push(reason))
  await expect(pipeline(chunks(100), input)).rejects.toThrow("ended before it had read all of its input")
  expect(abandoned).toHaveLength(1)
  await until("its handles are closed", async () => openFiles() < before)
})

test("whoever breaks it off ends the tool first: until then it sees no end", async () => {
  const pipe = await makeNamedPipe(folder, "write")
  const reader = await reading(pipe.path, "cat >/dev/null; echo over")
  const before = openFiles()
  let abandoned = false
  const input = inputOf(pipe, () => {
    abandoned = true
    return reader.exited
  })
  input.write("half of it")
  await Bun.sleep(50)
  input.destroy(new Error("cancelled"))
  await Bun.sleep(100)
  expect([abandoned, reader.exitCode]).toEqual([true, null])
  reader.kill("SIGKILL")
  expect(await new Response(reader.stdout).text()).toBe("")
  await until("its handles are closed", async () => openFiles() < before)
})
