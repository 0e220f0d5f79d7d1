// Servers outside Docker in the dashboard: added in a dialog, tried, shown with where they are, removed.
import { describe, expect, test } from "bun:test"
import { fireEvent, screen, waitFor, within } from "@testing-library/react"
import {
  addDatabases,
  deleteDatabases,
  getServer,
  getStatus,
  listDatabases,
  listRuns,
  listServers,
  testConnection,
  tryConnection,
} from "../../schemas/api.ts"
import type { Connection } from "../../schemas/kept-server.ts"
import { type Answer, answer, controllerAnswers, Refused } from "./setup/controller.ts"
import { database, server, serverDetail, status } from "./setup/samples.ts"
import { show } from "./setup/show.tsx"

const up: Connection = {
  ...{ state: "up", milliseconds: 1234, engine: "mysql", serverVersion: "9.7.4" },
  ...{ tool: "mysqldump", toolVersion: "9.7.4", databases: ["shop", "wiki"], readsAll: false },
  ...{ warnings: ["The user x lacks EVENT."], tls: { version: "TLSv1.3", certificateChecked: true } },
}
const outside = {
  ...{ host: "db.example.com", port: 3306, user: "backup", password: "sealed" as const, labels: {} },
  tls: { mode: "verify-ca" as const, ca: "given" as const },
}
const legacy = {
  ...{ id: "legacy" as never, name: "legacy", managed: "api" as const, outside },
  container: { id: "outside:x", name: "legacy", image: "mysql at db.example.com:3306", state: "running" },
}

describe("the dialog that adds a server", () => {
  const open = async (...more: readonly Answer[]) => {
    const { asked } = controllerAnswers(
      answer(listServers, [server()]),
      answer(listDatabases, [database()]),
      answer(getStatus, status()),
      answer(listRuns, []),
      answer(getServer, serverDetail(legacy)),
      ...more,
    )
    show("/databases")
    fireEvent.click(await screen.findByRole("button", { name: "Add a server outside Docker" }))
    const dialog = within(await screen.findByRole("dialog"))
    const fill = (label: string, value: string) =>
      fireEvent.change(dialog.getByLabelText(label), { target: { value } })
    return { asked, dialog, fill }
  }
  const said = (asked: Awaited<ReturnType<typeof open>>["asked"], path: string) =>
    asked.find((question) => question.method === "post" && question.path === path)?.body

  test("sends what was filled in, and leads to the server's page", async () => {
    const { asked, dialog, fill } = await open(answer(addDatabases, serverDetail(legacy)))
    const add = () => dialog.getByRole("button", { name: "Add the server" }) as HTMLButtonElement
    expect(add().disabled).toBe(true)
    fill("Name", "legacy")
    fill("Engine", "mysql")
    fill("Host", " db.example.com ")
    fill("User", "backup")
    fill("Password", "s3cret ")
    fill("TLS", "verify-ca")
    fill("Certificates that sign the server's own", "PEM")
    fill("Schedule", "hourly")
    fireEvent.click(add())
    await screen.findByRole("heading", { level: 1, name: /legacy/ })
    expect(said(asked, "/api/databases")).toEqual({
      ...{ name: "legacy", type: "mysql", host: "db.example.com", user: "backup", password: "s3cret " },
      ...{ tls: { mode: "verify-ca", ca: "PEM" }, labels: { schedule: "hourly" } },
    })
  })

  test("has a password field that nothing fills in, and no certificates where none are checked", async () => {
    const { dialog, fill } = await open()
    const password = dialog.getByLabelText("Password") as HTMLInputElement
    expect([password.type, password.autocomplete, password.value]).toEqual(["password", "new-password", ""])
    fill("TLS", "disable")
    expect(dialog.queryByLabelText("Certificates that sign the server's own")).toBeNull()
  })

  test("tries the way there without adding anything, and forgets the answer when something is changed", async () => {
    const { asked, dialog, fill } = await open(answer(tryConnection, up))
    fill("Name", "legacy")
    fill("Host", "db")
    fill("Port", "3307")
    fill("User", "x")
    fireEvent.click(dialog.getByRole("button", { name: "Test connection" }))
    const report = await dialog.findByRole("status")
    for (const words of [
      "MySQL 9.7.4",
      "TLSv1.3, certificate checked",
      "shop",
      "may not read everything",
      "EVENT",
    ])
      expect(report.textContent).toContain(words)
    expect(said(asked, "/api/databases/test-connection")).toMatchObject({
      port: 3307,
      tls: { mode: "verify-full" },
    })
    expect(said(asked, "/api/databases")).toBeUndefined()
    fill("Host", "other")
    await waitFor(() => expect(dialog.queryByRole("status")).toBeNull())
  })

  test("says why a server was not added, and stays open", async () => {
    const refuse = () => {
      throw new Refused(502, { code: "DATABASE_ERROR", message: "no", hint: "Check user and password." })
    }
    const { dialog, fill } = await open(answer(addDatabases, refuse))
    for (const label of ["Name", "Host", "User"]) fill(label, "x")
    fireEvent.click(dialog.getByRole("button", { name: "Add the server" }))
    expect((await dialog.findByRole("alert")).textContent).toContain("Not added: no.Check user and password.")
  })
})

describe("the page of a server outside Docker", () => {
  const page = (detail: object, ...more: readonly Answer[]) => {
    const { asked } = controllerAnswers(
      answer(getServer, serverDetail(detail)),
      answer(listRuns, []),
      answer(getStatus, status()),
      ...more,
    )
    show("/servers/legacy")
    return asked
  }

  test("says where it is, how it is reached and who can change it, and speaks of no container", async () => {
    page(legacy)
    const why = (await screen.findByRole("region", { name: "Why" })).textContent
    for (const words of [
      "db.example.com, port 3306",
      "backup, its password is sealed",
      "verify-ca",
      "over the API",
    ])
      expect(why).toContain(words)
    expect(why).not.toContain("Container")
  })

  test("connects to it when asked, and says what came of it", async () => {
    const problem = {
      ...{ code: "tls-refused" as const, message: "looking: no" },
      key: null,
      suggestion: null,
    }
    page(
      legacy,
      answer(testConnection, {
        state: "down",
        milliseconds: 5,
        problem: { ...problem, hint: "Give tls.ca." },
      }),
    )
    const connection = within(await screen.findByRole("region", { name: "Connection" }))
    fireEvent.click(connection.getByRole("button", { name: "Test connection" }))
    await waitFor(() => expect(connection.getByRole("status").textContent).toContain("Give tls.ca."))
  })

  test("removes it once its name is typed", async () => {
    const asked = page(legacy, answer(deleteDatabases, { id: "legacy", deletedAt: new Date().toISOString() }))
    fireEvent.click(await screen.findByRole("button", { name: "Remove" }))
    const dialog = within(await screen.findByRole("dialog"))
    const remove = dialog.getByRole("button", { name: "Remove the server" }) as HTMLButtonElement
    expect(remove.disabled).toBe(true)
    fireEvent.change(dialog.getByRole("textbox"), { target: { value: "legacy" } })
    fireEvent.click(remove)
    await waitFor(() => expect(asked.some(({ method }) => method === "delete")).toBe(true))
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull())
  })

  test("of the settings can be tested, and not be removed here", async () => {
    page({ ...legacy, managed: "file" })
    await screen.findByRole("region", { name: "Connection" })
    expect(screen.queryByRole("button", { name: "Remove" })).toBeNull()
  })
})

test("the page of a container has neither a test nor a removal", async () => {
  controllerAnswers(answer(getServer, serverDetail()), answer(listRuns, []), answer(getStatus, status()))
  show("/servers/legacy")
  expect((await screen.findByRole("region", { name: "Why" })).textContent).toContain("by its labels")
  expect(screen.queryByRole("region", { name: "Connection" })).toBeNull()
  expect(screen.queryByRole("button", { name: "Remove" })).toBeNull()
})
