import { expect, setDefaultTimeout, test } from "bun:test"
import { Fault } from "../../controller/core/fault.ts"
import { dumpBytes } from "../../controller/pipeline/dump-bytes.ts"
import { type ChildTool, childTool } from "./child-tool.ts"
import { explain, failureOf } from "./sample.ts"

setDefaultTimeout(120_000)

const never = new AbortController().signal
const collect = async (source: AsyncIterable<Buffer>): Promise<string> =>
  Buffer.concat(await Array.fromAsync(source)).toString()
const from = (tool: ChildTool) => async (): Promise<ChildTool> => tool

test("the end is reached when the tool exits with 0", async () => {
  const tool = childTool("echo one; echo two")
  expect(await collect(dumpBytes(from(tool), explain, never))).toBe("one\ntwo\n")
  expect(await tool.exit).toBe(0)
})

test("the tool is started at the first read, not before", async () => {
  let started = 0
  const source = dumpBytes(async () => childTool(`echo ${++started}`), explain, never)
  expect(started).toBe(0)
  expect(await collect(source)).toBe("1\n")
})

test("a non-zero exit after all the bytes throws what explain says, with the tool's words", async () => {
  const tool = childTool("echo rows; echo 'lost connection' >&2; exit 3")
  expect(await failureOf(collect(dumpBytes(from(tool), explain, never)))).toMatchObject({
    code: "dump-failed",
    message: "the tool exited 3: lost connection",
  })
})

test("a tool killed in the middle is a failure, although its stream ends in an orderly way", async () => {
  const tool = childTool("echo rows; exec sleep 1000")
  const failure = failureOf(
    (async () => {
      for await (const _ of dumpBytes(from(tool), explain, never)) tool.die("SIGKILL")
    })(),
  )
  expect(await failure).toMatchObject({ message: "the tool exited 137: " })
})

test("an abort interrupts a tool that is silent, ends it, and its reason comes out", async () => {
  const stop = new AbortController()
  const tool = childTool("echo rows; exec sleep 1000")
  const reason = new Fault("timeout", "still running after 6 h")
  const failure = failureOf(
    (async () => {
      for await (const _ of dumpBytes(from(tool), explain, stop.signal))
        setImmediate(() => stop.abort(reason))
    })(),
  )
  expect(await failure).toBe(reason)
  expect(await tool.exit).toBe(143)
})

test("a reader that stops early ends the tool", async () => {
  const tool = childTool("yes")
  for await (const chunk of dumpBytes(from(tool), explain, never)) {
    expect(chunk.length).toBeGreaterThan(0)
    break
  }
  expect(tool.kills()).toBe(1)
  expect(await tool.exit).toBeGreaterThan(0)
})

test("a tool that comes up only after the abort is ended too", async () => {
  const stop = new AbortController()
  let comesUp: (tool: ChildTool) => void = () => {}
  const starting = new Promise<ChildTool>((resolve) => {
    comesUp = resolve
  })
  const failure = failureOf(collect(dumpBytes(() => starting, explain, stop.signal)))
  const reason = new Fault("cancelled", "cancelled")
  stop.abort(reason)
  expect(await failure).toBe(reason)
  const tool = childTool("exec sleep 1000")
  comesUp(tool)
  expect(await tool.exit).toBe(143)
})

test("a start that fails is the failure", async () => {
  const down = new Fault("server-down", "the container is not running")
  const start = () => Promise.reject<ChildTool>(down)
  expect(await failureOf(collect(dumpBytes(start, explain, never)))).toBe(down)
})

test("a stream that breaks says why in the tool's exit: a lost server wins over a torn stream", async () => {
  const tool = childTool("echo rows; exec sleep 1000")
  const lost = new Fault("server-lost", "the container is gone")
  const gone: ChildTool = { ...tool, exit: tool.exit.then(() => Promise.reject(lost)) }
  const failure = failureOf(
    (async () => {
      for await (const _ of dumpBytes(from(gone), explain, never)) {
        tool.die("SIGKILL")
        tool.stdout.destroy(new Error("ended inside a frame"))
      }
    })(),
  )
  expect(await failure).toBe(lost)
})

test("a stream that breaks while the tool goes on is the failure, and the tool is ended", async () => {
  const tool = childTool("echo rows; exec sleep 1000")
  const failure = failureOf(
    (async () => {
      for await (const _ of dumpBytes(from(tool), explain, never))
        tool.stdout.destroy(new Error("reset by peer"))
    })(),
  )
  expect(await failure).toMatchObject({
    code: "dump-failed",
    message: "the dump's stream broke: reset by peer",
  })
  expect(await tool.exit).toBe(143)
})

test("an exit that is never learned breaks a stream that would wait for ever", async () => {
  const tool = childTool("echo rows; exec sleep 1000")
  const unreachable = new Fault("docker-unreachable", "the engine does not answer")
  const silent: ChildTool = { ...tool, exit: Promise.reject(unreachable) }
  expect(await failureOf(collect(dumpBytes(from(silent), explain, never)))).toBe(unreachable)
  await tool.kill()
})
