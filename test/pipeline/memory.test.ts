import { expect, setDefaultTimeout, test } from "bun:test"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

setDefaultTimeout(120_000)

/** Peak resident memory, in MiB, of a process that stores so many MiB into a slow and a fast destination. */
async function peakOf(mebibytes: number): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), "dbbackup-memory-"))
  try {
    const probe = join(import.meta.dir, "memory-probe.ts")
    const child = Bun.spawn([process.execPath, probe, String(mebibytes), folder], {
      stdout: "pipe",
      stderr: "inherit",
    })
    const { rawBytes, peak } = JSON.parse(await new Response(child.stdout).text())
    expect(rawBytes).toBe(mebibytes << 20)
    return Math.round(peak / (1 << 20))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

test("memory does not grow with the dump, however slow a destination is", async () => {
  const small = await peakOf(64)
  const large = await peakOf(512)
  console.log(`peak memory: ${small} MiB for 64 MiB, ${large} MiB for 512 MiB`)
  expect(large - small).toBeLessThan(64)
}, 120_000)
