import { expect, test } from "bun:test"
import { screen, within } from "@testing-library/react"
import { getBackup, getManifest, getRunLogs } from "../../schemas/api.ts"
import type { Manifest } from "../../schemas/manifest.ts"
import { aManifest } from "../core/records.ts"
import { answer, controllerAnswers } from "./setup/controller.ts"
import { completedBackup } from "./setup/samples.ts"
import { show } from "./setup/show.tsx"

const fingerprint = {
  level: "exact" as const,
  sameSnapshot: true,
  rows: Object.fromEntries(Array.from({ length: 13 }, (_, i) => [`public.t${i}`, i * 1000])),
  schemaSha256: "c".repeat(64),
  sequences: { "public.s": "12" },
  extensions: { plpgsql: "1.0", hstore: "1.8" },
  roles: ["app", "postgres"],
  databaseBytes: 8 * 1024 * 1024,
  seconds: 0.3,
}

async function contents(changes: Partial<Manifest>) {
  controllerAnswers(
    answer(getBackup, completedBackup()),
    answer(getRunLogs, []),
    answer(getManifest, aManifest(changes)),
  )
  show("/backups/backup-1")
  const section = await screen.findByRole("region", { name: "Contents" })
  await within(section).findByText(/Altogether|no fingerprint/)
  return section
}

test("a backup shows the rows of its largest tables, the total, and what else it holds", async () => {
  const snapshot = {
    scope: "database" as const,
    openedAt: "2026-03-01T02:00:00.000Z",
    secondsAfterFirst: 12,
    lockMilliseconds: null,
  }
  const section = await contents({ holds: { tables: 13, views: 2, triggers: 0 }, fingerprint, snapshot })
  const rows = within(section).getAllByRole("row").slice(1)
  expect(rows).toHaveLength(10)
  expect(rows[0]?.textContent).toBe("public.t1212,000")
  for (const text of [
    "13 tables, 2 views",
    "12 s after the first of the run",
    "8.0 MiB",
    "plpgsql 1.0, hstore 1.8",
    "app, postgres",
    "taken in 0.3 s, of the very snapshot that was dumped",
    "3 more tables. Altogether 78,000 rows in 13 tables.",
  ])
    expect(section.textContent).toContain(text)
  expect(section.textContent).not.toContain("triggers")
})

test("estimated rows are called that, and so is a fingerprint of another snapshot", async () => {
  const section = await contents({ fingerprint: { ...fingerprint, level: "estimates", sameSnapshot: false } })
  expect(section.textContent).toContain("Rows, estimated")
  expect(section.textContent).toContain("Altogether about 78,000 rows")
  expect(section.textContent).toContain("beside the dump, of another snapshot")
})

test("a backup without a fingerprint says what that means", async () => {
  const section = await contents({ holds: { tables: 3 } })
  expect(section.textContent).toContain("It has no fingerprint")
  expect(within(section).queryByRole("table") === null).toBe(true)
})
