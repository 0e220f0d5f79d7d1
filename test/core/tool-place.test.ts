// Whether tools run in a server's own container or beside it.
import { expect, test } from "bun:test"
import { deriveServers } from "../../controller/core/server.ts"
import { helperPays, helperPaysFromBytes, methodOf } from "../../controller/core/tool-place.ts"
import { guess, labelled, operator } from "./samples.ts"

const derived = (labels: Readonly<Record<string, string>>, changes = {}) => {
  const [server] = deriveServers([labelled(labels)], operator(changes), new Map(), guess)
  if (!server) throw new Error("no server was derived")
  return server
}

test("a server is looked into from beside it only when every job wants that", () => {
  expect(methodOf([{ method: "helper" }, { method: "helper" }])).toBe("helper")
  expect(methodOf([{ method: "helper" }, { method: "exec" }])).toBe("exec")
  expect(methodOf([{ method: "auto" }])).toBe("exec")
  expect(methodOf([])).toBe("exec")
})

test("a helper pays for what was large the last time, and is not tried twice", () => {
  expect(helperPays(helperPaysFromBytes, 1)).toBe(true)
  expect(helperPays(helperPaysFromBytes - 1, 1)).toBe(false)
  expect(helperPays(0, 1)).toBe(false)
  expect(helperPays(helperPaysFromBytes, 2)).toBe(false)
})

test("the label decides, and a job without its own follows the flat one", () => {
  const labels = { enable: "true", method: "helper", "w.schedule": "weekly" }
  expect(derived(labels).method).toBe("helper")
  expect(derived({ ...labels, "w.method": "exec" }).method).toBe("exec")
  expect(derived({ enable: "true" }).method).toBe("exec")
})

test("the operator's images and memory come with the server, as does the usual without any", () => {
  const helper = { memoryBytes: 5, images: { postgres: "tools:1" } } as const
  expect(derived({ enable: "true" }, { helper }).helper).toEqual(helper)
  expect(derived({ enable: "true" }).helper).toEqual({ memoryBytes: 2 * 2 ** 30, images: {} })
})
