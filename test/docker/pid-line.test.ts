// The line that a started shell prints first, told apart from the dump behind it and from whatever else comes instead.

import { expect, setDefaultTimeout, test } from "bun:test"
import { mkdtempSync, readdirSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { buffer } from "node:stream/consumers"
import fc from "fast-check"
import { inputOf } from "../../controller/docker/input-pipe.ts"
import { makeNamedPipe } from "../../controller/docker/named-pipe.ts"
import { outputOf } from "../../controller/docker/output-pipe.ts"
import { announcing, goLine, pidLine } from "../../controller/docker/pid-line.ts"

setDefaultTimeout(120_000)

const line = "dbbackup-pid:42 (sh (x) y) S 1 42 42 0 -1 4 0 0 0 0 0 0 0 0 20 0 1 0 98765 2 3\n"

test("is found and taken off, however it is split, and every byte behind it stays", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uint8Array({ maxLength: 200 }),
      fc.integer({ min: 1, max: 300 }),
      async (dump, size) => {
        const head = pidLine()
        const bytes = Buffer.concat([Buffer.from(line), dump])
        const rest: Buffer[] = []
        for (let at = 0; at < bytes.length; at += size) rest.push(head.take(bytes.subarray(at, at + size)))
        expect(Buffer.concat(rest)).toEqual(Buffer.from(dump))
        expect(await head.process).toEqual({ pid: 42, born: "98765" })
      },
    ),
  )
})

test("is not there when something else was said, which is kept for a message", async () => {
  const head = pidLine()
  expect(head.take(Buffer.from("OCI runtime exec failed:\r\n"))).toHaveLength(0)
  expect(head.take(Buffer.from("no such thing\r\n"))).toHaveLength(0)
  head.end()
  expect(await head.process).toBeNull()
  expect(head.said()).toBe("OCI runtime exec failed:\r\nno such thing")
})

test("is given up on when too much else was said, without an end", async () => {
  const head = pidLine()
  for (let chunk = 0; chunk < 5; chunk++) head.take(Buffer.alloc(1000, "x"))
  expect(await head.process).toBeNull()
})

test("is what a real shell prints, whose start time /proc confirms", async () => {
  const script = announcing('echo "$1"; exec cat /proc/self/stat', false)
  const shell = Bun.spawn(["sh", "-c", script, "dbbackup", "an argument"], { stdout: "pipe" })
  const head = pidLine()
  const [argument, stat] = head
    .take(Buffer.from(await new Response(shell.stdout).bytes()))
    .toString()
    .split("\n")
  const identity = await head.process
  expect(argument).toBe("an argument")
  expect(stat).toStartWith(`${shell.pid} (cat) `)
  expect(identity).toEqual({ pid: shell.pid, born: stat?.split(" ")[21] ?? "" })
})

test("waits for its line of input, and leaves every byte behind that to the script", async () => {
  const shell = Bun.spawn(["sh", "-c", announcing("exec cat", true)], { stdin: "pipe", stdout: "pipe" })
  shell.stdin.write(`${goLine}first\nsecond`)
  shell.stdin.end()
  expect(
    pidLine()
      .take(Buffer.from(await new Response(shell.stdout).bytes()))
      .toString(),
  ).toBe("first\nsecond")
})

test("does not come, and nothing of the script runs, when there is no input", async () => {
  const shell = Bun.spawn(["sh", "-c", announcing("echo ran", true)], { stdin: "ignore", stdout: "pipe" })
  expect(await new Response(shell.stdout).text()).toBe("")
  expect(await shell.exited).toBe(97)
})

test("says which pipes it has opened: what follows is in the one, what it is fed comes by the other", async () => {
  const folder = mkdtempSync(join(tmpdir(), "dbbackup-pipe-"))
  const none = join(folder, "none")
  for (const [writes, reads] of [
    [true, true],
    [true, false],
    [false, true],
    [false, false],
  ] as const) {
    const [output, input] = [await makeNamedPipe(folder, "read"), await makeNamedPipe(folder, "write")]
    const pipes = { output: writes ? output.path : none, input: reads ? input.path : none }
    const script = announcing("cat", true, pipes)
    const shell = Bun.spawn(["sh", "-c", script], { stdin: "pipe", stdout: "pipe" })
    shell.stdin.write(`${goLine}by stdin\n`)
    shell.stdin.flush()
    if (!reads) shell.stdin.end()
    const head = pidLine()
    const stdout = shell.stdout.getReader()
    let rest = ""
    const read = async () => {
      for (let step = await stdout.read(); !step.done; step = await stdout.read())
        rest += head.take(Buffer.from(step.value)).toString()
    }
    const reading = read()
    expect(await head.process).toMatchObject({ pid: shell.pid })
    expect(head.piped()).toEqual({ output: writes, input: reads })
    if (reads) inputOf(input, async () => {}).end("by the pipe\n")
    const printed = writes ? (await buffer(outputOf(output))).toString() : ""
    await reading
    const said = reads ? "by the pipe\n" : "by stdin\n"
    expect([printed, rest]).toEqual(writes ? [said, ""] : ["", said])
    expect(await shell.exited).toBe(0)
    for (const pipe of [output, input]) await pipe.remove()
  }
  expect(readdirSync(folder)).toEqual([])
  rmSync(folder, { recursive: true })
})
