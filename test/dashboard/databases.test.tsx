import { describe, expect, test } from "bun:test"
import { screen, within } from "@testing-library/react"
import { matching } from "../../dashboard/src/features/databases/matching.ts"
import { getStatus, listDatabases, listServers } from "../../schemas/api.ts"
import { answer, controllerAnswers } from "./setup/controller.ts"
import { database, refusedPassword, server, status } from "./setup/samples.ts"
import { show } from "./setup/show.tsx"

const legacy = server({
  id: "legacy",
  name: "legacy",
  state: "unprotected",
  why: "not backed up: the container has no dbbackup.enable label",
  jobs: [],
  suggestedLabels: 'labels:\n  dbbackup.enable: "true"\n',
})

describe("a search", () => {
  const servers = [server(), legacy]
  const databases = [database(), database({ id: "shop~db:users", name: "users" })]
  const found = (text: string): readonly (readonly [string, readonly string[]])[] =>
    matching(servers, databases, text).map(({ server, databases }) => [
      server.id,
      databases.map(({ name }) => name),
    ])

  test("keeps all databases of a server whose name, container or image matches", () => {
    expect(found("POSTGRES:17")).toEqual([
      ["legacy", []],
      ["shop~db", ["shop", "users"]],
    ])
  })

  test("keeps only the databases that match on a server that does not", () => {
    expect(found("users")).toEqual([["shop~db", ["users"]]])
  })

  test("of nothing keeps everything, what needs a person first", () => {
    expect(found("").map(([id]) => id)).toEqual(["legacy", "shop~db"])
  })
})

describe("the page of all databases", () => {
  test("says why a server is not backed up, with labels to paste", async () => {
    controllerAnswers(answer(listServers, [legacy]), answer(listDatabases, []), answer(getStatus, status()))
    show("/databases")
    const section = within(await screen.findByRole("region", { name: "legacy" }))
    expect(section.getByText(/the container has no dbbackup.enable label/)).toBeDefined()
    expect(section.getByText(/dbbackup.enable: "true"/)).toBeDefined()
    expect(section.getByRole("button", { name: "Copy the labels for legacy" })).toBeDefined()
  })

  test("says what is wrong with a label and the spelling that is meant", async () => {
    const mistaken = server({
      state: "misconfigured",
      problems: [
        {
          code: "label-unknown",
          message: 'there is no label "dbbackup.shedule"',
          hint: "Correct the label.",
          key: "dbbackup.shedule",
          suggestion: "dbbackup.schedule",
        },
      ],
    })
    controllerAnswers(answer(listServers, [mistaken]), answer(listDatabases, []), answer(getStatus, status()))
    show("/databases")
    const section = await screen.findByRole("region", { name: "shop/db" })
    expect(section.textContent).toContain("Did you mean dbbackup.schedule?")
    expect(section.textContent).toContain("label-unknown")
  })

  test("does not call a server active that cannot be dumped", async () => {
    const refused = server({ problems: [refusedPassword] })
    controllerAnswers(
      answer(listServers, [refused]),
      answer(listDatabases, [database()]),
      answer(getStatus, status()),
    )
    show("/databases")
    const section = within(await screen.findByRole("region", { name: "shop/db" }))
    expect(section.getByText("has problems")).toBeDefined()
    expect(section.queryByText("active") === null).toBe(true)
  })

  test("offers no backup of a database that a label leaves out", async () => {
    const left = database({
      id: "shop~db:tmp",
      name: "tmp",
      state: "unprotected",
      jobs: [],
      lastBackup: null,
    })
    controllerAnswers(
      answer(listServers, [server()]),
      answer(listDatabases, [database(), left]),
      answer(getStatus, status()),
    )
    show("/databases")
    expect(await screen.findByRole("button", { name: "Back up now: shop" })).toBeDefined()
    expect(screen.queryByRole("button", { name: "Back up now: tmp" }) === null).toBe(true)
    expect(screen.getByText("left out by label")).toBeDefined()
  })
})
