// A block that is pasted in place of the labels there are has the container backed up as it was meant.
import { describe, expect, setDefaultTimeout, test } from "bun:test"
import fc from "fast-check"
import { parse } from "yaml"
import { labelBlock } from "../../controller/core/label-block.ts"
import { deriveServers } from "../../controller/core/server.ts"
import type { ContainerFacts } from "../../controller/ports.ts"
import { aContainer, guess, labelled, operator } from "./samples.ts"

setDefaultTimeout(120_000)

function serverOf(...containers: readonly ContainerFacts[]) {
  const [server] = deriveServers(containers, operator(), new Map(), guess)
  if (!server) throw new Error("the containers are one server")
  return server
}
const blockFor = (labels: Readonly<Record<string, string>>) =>
  labelBlock(serverOf(labelled(labels)), "dbbackup")

/** What a compose file with the block asks for, and what becomes of it. */
function pasted(block: string | null) {
  const labels = parse(block ?? "").labels as Record<string, string>
  const compose = Object.entries(labels).map(([key, text]) => [key, text.replaceAll("$$", "$")])
  return serverOf(aContainer({ labels: Object.fromEntries(compose) }))
}

describe("the labels to paste", () => {
  test("of a container without any ask for a backup a day", () => {
    expect(blockFor({})).toBe('labels:\n  dbbackup.enable: "true"\n  dbbackup.schedule: daily\n')
    expect(pasted(blockFor({})).state).toBe("active")
  })

  test("are none where the labels are good", () => {
    expect(blockFor({ enable: "true", schedule: "hourly" })).toBeNull()
  })

  test("are none where something else than the labels is wrong", () => {
    const server = serverOf(labelled({ enable: "true", schedule: "hourly" }))
    const down = {
      code: "server-down",
      message: "it is down",
      hint: null,
      key: null,
      suggestion: null,
    } as const
    expect(labelBlock({ ...server, problems: [down] }, "dbbackup")).toBeNull()
  })

  test("take in a label whose prefix was mistyped, once somebody says so", () => {
    const labels = { "dbbakup.schedule": "weekly", "dbbakup.enable": "true" }
    const server = serverOf(aContainer({ labels }))
    const slip = (key: string) => ({
      code: "label-unknown" as const,
      message: "no label of ours",
      hint: null,
      key: `dbbakup.${key}`,
      suggestion: `dbbackup.${key}`,
    })
    expect(labelBlock({ ...server, problems: [slip("schedule"), slip("enable")] }, "dbbackup")).toBe(
      'labels:\n  dbbackup.enable: "true"\n  dbbackup.schedule: weekly\n',
    )
  })

  test("keep what is there, and add what is missing", () => {
    expect(blockFor({ schedule: "0 3 * * *", "weekly.schedule": "weekly" })).toBe(
      'labels:\n  dbbackup.enable: "true"\n  dbbackup.schedule: "0 3 * * *"\n  dbbackup.weekly.schedule: weekly\n',
    )
  })

  test("say yes where the container says no", () => {
    expect(blockFor({ enable: "no", schedule: "hourly" })).toBe(
      'labels:\n  dbbackup.enable: "true"\n  dbbackup.schedule: hourly\n',
    )
  })

  test("have names and values as they were meant", () => {
    expect(blockFor({ enable: "true", shedule: "hourly", compress: "zstdd" })).toBe(
      'labels:\n  dbbackup.enable: "true"\n  dbbackup.schedule: hourly\n  dbbackup.compress: zstd\n',
    )
  })

  test("never take a value for one that is given with the right name", () => {
    const block = blockFor({ enable: "true", schedule: "hourly", shedule: "weekly" })
    expect(block).toBe('labels:\n  dbbackup.enable: "true"\n  dbbackup.schedule: hourly\n')
  })

  test("say what only their writer can correct", () => {
    const block = blockFor({ enable: "true", schedule: "hourly", jitter: "a while" })
    expect(block).toContain("  dbbackup.schedule: hourly\n  # dbbackup.jitter: ")
    expect(pasted(block).jobs[0]?.spec.schedule.text).toBe("hourly")
  })

  test("say so in one line, whatever line breaks a label holds", () => {
    const block = blockFor({ enable: "true", "x\ny": "1", schedule: "a\nb" }) ?? ""
    expect(block.split("\n").filter((line) => line.startsWith("  # "))).toHaveLength(2)
    expect(block.trimEnd().split("\n")).toHaveLength(4)
  })

  test("give each of two that claim one name its own", () => {
    const first = labelled({ enable: "true", id: "db" }, { id: "1", name: "one" })
    const second = labelled({ enable: "true", id: "db" }, { id: "2", name: "two" })
    const server = serverOf(first, second)
    expect(server.state).toBe("conflict")
    expect(labelBlock(server, "dbbackup")).toBe('labels:\n  dbbackup.enable: "true"\n  dbbackup.id: one\n')
  })

  test("are none for a flood of labels", () => {
    const flood = Object.fromEntries(Array.from({ length: 2000 }, (_, n) => [`job${n}.schedule`, "x"]))
    expect(blockFor({ enable: "true", ...flood })).toBeNull()
  })

  test("write a $ so that compose leaves it alone", () => {
    const block = blockFor({ user: "ad$min" })
    expect(block).toContain('dbbackup.user: "ad$$min"')
    expect(pasted(block).access.user).toBe("ad$min")
  })
})

test("whatever a container's labels hold, the block is YAML, and what is pasted has no mistake left", () => {
  const key = fc.oneof(
    fc.constantFrom("schedule", "shedule", "enable", "on-missed", "compress", "weekly.schedule", "hooks.pre"),
    fc.string({ unit: "binary", maxLength: 12 }),
  )
  const text = fc.oneof(
    fc.constantFrom("daily", "dayly", "true", "yes", "$HOME", "a: b # c", "\n- x"),
    fc.string({ unit: "binary", maxLength: 20 }),
  )
  fc.assert(
    fc.property(fc.dictionary(key, text, { maxKeys: 6 }), (labels) => {
      const block = blockFor(labels)
      if (block === null) return
      expect(pasted(block).state).toBe("active")
      const [head, ...lines] = block.trimEnd().split("\n")
      expect(head).toBe("labels:")
      for (const line of lines) expect(line).toStartWith("  ")
    }),
  )
})
