import { describe, expect, test } from "bun:test"
import { Fault } from "../../controller/core/fault.ts"
import { partsOf } from "../../controller/pipeline/parts.ts"
import type { Cut, Cutter, ExecProcess } from "../../controller/ports.ts"
import { childTool } from "./child-tool.ts"

/** Each line ends a dump. */
function lines(): Cutter {
  let at = -1
  const push = (chunk: Buffer): Cut[] =>
    chunk
      .toString()
      .split(/(\n)/)
      .flatMap((text): Cut[] => {
        if (text === "\n") return ["end"]
        at++
        return text === "" ? [] : [Buffer.from(text)]
      })
  return { push, end: () => [], stale: () => [1], at: () => at }
}
const explain = (code: number, stderr: string) => new Fault("dump-failed", `exit ${code}: ${stderr.trim()}`)
const never = new AbortController().signal
const textOf = async ({ stdout }: ExecProcess) => Buffer.concat(await stdout.toArray()).toString()

describe("dumps that one tool prints", () => {
  test("come one by one, each ending well, and the tool is started once", async () => {
    let started = 0
    const tool = childTool("printf 'one\\ntwo\\nthree\\n'")
    const parts = partsOf(lines(), explain, never)
    const start = async () => {
      started++
      return tool
    }
    const got: string[] = []
    for (const position of [0, 1, 2]) {
      const part = await parts.at(position, start)
      got.push(await textOf(part))
      expect(await part.exit).toBe(0)
    }
    expect(got).toEqual(["one", "two", "three"])
    expect(await parts.finish()).toEqual([1])
    expect([started, parts.failure(), tool.ended()]).toEqual([1, undefined, true])
  })

  test("are passed over where nobody reads them to their end, or at all", async () => {
    const parts = partsOf(lines(), explain, never)
    const start = async () => childTool("printf 'one\\ntwo\\n'; sleep 0.2; printf 'three\\nfour\\n'")
    const first = await parts.at(0, start)
    first.stdout.destroy()
    await first.kill()
    expect(await textOf(await parts.at(2, start))).toBe("three")
    expect(await parts.finish()).toEqual([1])
  })

  test("fail with the tool: the one under way and every later one", async () => {
    const parts = partsOf(lines(), explain, never)
    const start = async () => childTool("printf 'one\\ntw'; exit 3")
    expect(await textOf(await parts.at(0, start))).toBe("one")
    const second = await parts.at(1, start)
    await expect(textOf(second)).rejects.toThrow("exit 3")
    await expect(second.exit).rejects.toThrow("exit 3")
    await expect(parts.at(2, start)).rejects.toThrow("exit 3")
    await expect(parts.finish()).rejects.toThrow("exit 3")
    expect(parts.failure()).toBeInstanceOf(Fault)
  })

  test("end with the signal, and the tool has ended", async () => {
    const stop = new AbortController()
    const tool = childTool("printf 'one\\ntw'; sleep 60")
    const parts = partsOf(lines(), explain, stop.signal)
    await textOf(await parts.at(0, async () => tool))
    const second = textOf(await parts.at(1, async () => tool))
    stop.abort(new Fault("cancelled", "enough"))
    await expect(second).rejects.toThrow("enough")
    await parts.end()
    expect(tool.ended()).toBe(true)
  })

  test("that were never begun start no tool", async () => {
    const parts = partsOf(lines(), explain, never)
    expect(await parts.finish()).toEqual([])
    await parts.end()
  })
})
