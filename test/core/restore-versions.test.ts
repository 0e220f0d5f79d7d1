import { expect, test } from "bun:test"
import { versionWarnings } from "../../controller/core/restore-versions.ts"
import { aKnownManifest } from "./records.ts"

const dumped = (version: string, sourceCompression: string | null = "gzip:6") =>
  aKnownManifest({
    sourceCompression,
    engine: { name: "postgres", serverVersion: version, tool: "pg_dump", toolVersion: version },
  })
const onto = (version: string, zstd = true) => ({ serverVersion: version, toolVersion: version, zstd })

test.each([
  ["17.2", "16.9", "does not read"],
  ["18.0", "16.9", "does not read"],
  ["16.9", "15.1", "does not read"],
  ["15.3", "14.1", "newer than the server's"],
  ["18.0", "17.2", "newer than the server's"],
  ["13.1", "18.0", ""],
] as const)("an archive of pg_dump %s on PostgreSQL %s: %p", (from, to, said) => {
  let text: string
  try {
    text = versionWarnings(dumped(from), onto(to)).join()
  } catch (error) {
    text = String(error)
  }
  if (said === "") expect(text).toBe("")
  else expect(text).toContain(said)
})

test("an archive that was compressed with zstd needs tools that know it", () => {
  expect(() => versionWarnings(dumped("16.1", "zstd:3"), onto("17.0", false))).toThrow(
    "compressed with zstd:3",
  )
  expect(versionWarnings(dumped("16.1", "zstd:3"), onto("17.0"))).toEqual([])
})
