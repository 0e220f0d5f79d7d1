import { describe, expect, test } from "bun:test"
import { fireEvent, screen, waitFor, within } from "@testing-library/react"
import {
  getBackup,
  getManifest,
  getRestore,
  getRestoreLogs,
  listDatabases,
  listServers,
  planRestore,
} from "../../schemas/api.ts"
import type { CompletedBackup } from "../../schemas/backup.ts"
import { aFingerprint, aManifest } from "../core/records.ts"
import { answer, controllerAnswers } from "./setup/controller.ts"
import { completedBackup, completedRestore, database, restorePlan, server } from "./setup/samples.ts"
import { show } from "./setup/show.tsx"

const rows = { "public.orders": 5000, "public.users": 12, "audit.log": 9 }
const opened = (backup: CompletedBackup = completedBackup()) => {
  const world = controllerAnswers(
    answer(getBackup, backup),
    answer(getManifest, aManifest({ format: "archive", fingerprint: aFingerprint({ rows }) })),
    answer(listDatabases, [database(), database({ id: "shop~db:wiki", name: "wiki" })]),
    answer(listServers, [server()]),
    answer(planRestore, () => restorePlan({ mode: "clean", targetDatabase: "shop", lost: ["table orders"] })),
  )
  show("/x?restore=backup-1")
  return world
}
const plannedWith = (asked: ReturnType<typeof opened>["asked"]) =>
  asked.filter(({ method }) => method === "post").map(({ body }) => (body as { options: unknown }).options)

describe("the options of a restore", () => {
  test("give one table back into the database that is there", async () => {
    const { asked } = opened()
    fireEvent.click(await screen.findByRole("radio", { name: /^Into a database that is there/ }))
    fireEvent.click(await screen.findByRole("radio", { name: "Only some" }))
    expect(screen.getByRole<HTMLButtonElement>("button", { name: "Show the plan" }).disabled).toBe(true)
    fireEvent.change(screen.getByLabelText("Find a table"), { target: { value: "ORD" } })
    expect(screen.getAllByRole("checkbox", { name: /rows$/ }).length).toBe(1)
    fireEvent.click(screen.getByRole("checkbox", { name: /^public\.orders/ }))
    fireEvent.click(screen.getByRole("radio", { name: /^The rows/ }))
    expect(screen.getByText("What of it: 1 of 3 tables, only rows") !== null).toBe(true)
    fireEvent.click(screen.getByRole("button", { name: "Show the plan" }))
    await screen.findByText("table orders")
    expect(plannedWith(asked)).toEqual([
      {
        ...{ mode: "clean", name: "shop", tables: ["public.orders"], content: "data" },
        ...{ endConnections: false, safetyBackup: true },
      },
    ])
  })

  test("tick and untick what a search has found, and leave the others as they are", async () => {
    opened()
    fireEvent.click(await screen.findByRole("radio", { name: "Only some" }))
    const ticked = () => screen.getByText(/tables ticked$/).textContent
    fireEvent.click(screen.getByRole("button", { name: "Tick all" }))
    expect(ticked()).toBe("3 of 3 tables ticked")
    fireEvent.change(screen.getByLabelText("Find a table"), { target: { value: "public" } })
    fireEvent.click(screen.getByRole("button", { name: "Untick these" }))
    expect(ticked()).toBe("1 of 3 tables ticked")
  })

  test("warn only when the backup before is refused, and say what a failure would leave", async () => {
    opened(completedBackup({ engine: "mysql" }))
    fireEvent.click(await screen.findByRole("radio", { name: /^Into a database that is emptied first/ }))
    expect(screen.getAllByText(/it is left as a mixture of both/).length).toBe(2)
    const before = screen.getByRole<HTMLInputElement>("checkbox", { name: /^Back shop up before/ })
    expect(before.checked).toBe(true)
    expect(screen.queryByText(/nothing else brings it back/) === null).toBe(true)
    fireEvent.click(before)
    expect(screen.getByText(/nothing else brings it back/) !== null).toBe(true)
  })

  test("have neither tables nor owners nor content where everything is replaced", async () => {
    opened()
    expect((await screen.findAllByText(/^What of it/)).length).toBe(1)
    fireEvent.click(screen.getByRole("radio", { name: /^Into a database that is emptied first/ }))
    expect(screen.queryByText(/^What of it/) === null).toBe(true)
    expect(screen.queryByLabelText("Keep what was there") === null).toBe(true)
    fireEvent.click(screen.getByRole("radio", { name: /^In the place of a database/ }))
    expect(screen.getByLabelText("Keep what was there") !== null).toBe(true)
  })

  test("propose the databases of the server", async () => {
    opened()
    fireEvent.click(await screen.findByRole("radio", { name: /^Into a database that is there/ }))
    const field = screen.getByLabelText<HTMLInputElement>("Database")
    expect(field.value).toBe("shop")
    const known = () => [...(field.list?.options ?? [])].map(({ value }) => value)
    await waitFor(() => expect(known()).toEqual(["shop", "wiki"]))
  })
})

describe("the page of a restore", () => {
  test.each([
    ["new", "new database shop"],
    ["clean", "what is in shop"],
    ["replace", "emptied first"],
  ] as const)("into %p says where it went", async (mode, words) => {
    const restore = { ...completedRestore(), mode, targetDatabase: "shop" }
    controllerAnswers(answer(getRestore, restore), answer(getRestoreLogs, []))
    show("/restores/restore-1")
    const facts = within(await screen.findByRole("region", { name: "Facts" }))
    expect(facts.getByText("Into").nextSibling?.textContent).toContain(words)
  })
})
