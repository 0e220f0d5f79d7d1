import { afterAll, expect, test } from "bun:test"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { openCatalogue } from "../../controller/state/open.ts"

const folder = mkdtempSync(join(tmpdir(), "dbbackup-crash-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Records backups without end in a process of its own, saying the id of each once its record has returned. */
function writer(path: string) {
  const source = (name: string) => JSON.stringify(join(import.meta.dir, name))
  const script = `
    import { writeSync } from "node:fs"
    const { openCatalogue } = await import(${source("../../controller/state/open.ts")})
    const { addGood } = await import(${source("samples.ts")})
    const catalogue = openCatalogue(${JSON.stringify(path)})
    for (let n = 0; ; n++) {
      addGood(catalogue, process.pid + "-" + n, n)
      writeSync(1, process.pid + "-" + n + "\\n")
    }`
  return Bun.spawn([process.execPath, "-e", script], { stdout: "pipe", stderr: "inherit" })
}

test("after SIGKILL at any moment, what was said to be recorded is there, and the rest is told apart", async () => {
  const path = join(folder, "app.db")
  for (let round = 0; round < 3; round++) {
    const child = writer(path)
    let said = ""
    for await (const chunk of child.stdout) {
      said += new TextDecoder().decode(chunk)
      if (said.split("\n").length > 10 + round * 7) child.kill("SIGKILL")
    }
    await child.exited
    const catalogue = openCatalogue(path)
    const recorded = said.split("\n").slice(0, -1)
    for (const id of recorded) expect([id, catalogue.backup(id)?.status]).toEqual([id, "completed"])
    const { runs, backups } = catalogue.unfinished()
    expect(runs.length).toBeLessThanOrEqual(1 + round)
    expect(backups.length).toBeLessThanOrEqual(1 + round)
    for (const { id } of catalogue.backups({ status: "completed" }, { page: 1, limit: 500 }).rows) {
      expect(catalogue.manifest(id)?.id).toBe(id)
    }
    catalogue.close()
  }
})
