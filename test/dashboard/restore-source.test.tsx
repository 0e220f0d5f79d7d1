import { describe, expect, test } from "bun:test"
import { fireEvent, screen, waitFor, within } from "@testing-library/react"
import { isAge } from "../../dashboard/src/features/restores/age-file.ts"
import { foldersOf } from "../../dashboard/src/features/restores/browse-destination.tsx"
import { aroundIt, kindInWords } from "../../dashboard/src/features/restores/source-words.ts"
import {
  addSource,
  browseDestination,
  getSource,
  getStatus,
  listBackups,
  listDatabases,
  listRestores,
  listServers,
  listSources,
  planRestore,
} from "../../schemas/api.ts"
import type { StoredFile } from "../../schemas/restore-source.ts"
import { answer, controllerAnswers, Refused } from "./setup/controller.ts"
import { completedBackup, restorePlan, restoreSource, server, status } from "./setup/samples.ts"
import { show } from "./setup/show.tsx"
import { drivenUploads } from "./setup/uploads.ts"

const world = [
  answer(listRestores, []),
  answer(listDatabases, []),
  answer(listSources, []),
  answer(getStatus, status()),
  answer(listServers, [server(), server({ id: "wiki~db", name: "wiki/db", engine: "mysql" })]),
  answer(getSource, restoreSource()),
]
const gzip = new File([new Uint8Array(4096)], "wiki.sql.gz")
const choose = async (file: File) => {
  fireEvent.click(await screen.findByRole("radio", { name: "A file on this computer" }))
  fireEvent.change(screen.getByLabelText("File"), { target: { files: [file] } })
}

describe("what to restore", () => {
  test("is asked from the page of the restores, and a stored backup goes on to its options", async () => {
    const backup = completedBackup()
    controllerAnswers(answer(listBackups, [backup]), ...world)
    show("/restores")
    fireEvent.click(await screen.findByRole("link", { name: /^Restore a backup or a file/ }))
    const dialog = within(await screen.findByRole("dialog"))
    fireEvent.click(await dialog.findByRole("button", { name: /shop on shop\/db/ }))
    await waitFor(() => expect(location.search).toBe("?restore=backup-1"))
  })

  test("is no backup whose copies are all gone", async () => {
    const gone = { state: "deleted", destination: "local", key: "a", deletedAt: "2026-01-01T00:00:00.000Z" }
    controllerAnswers(answer(listBackups, [completedBackup({ copies: [gone as never] })]), ...world)
    show("/restores?restore=")
    const button = await screen.findByRole<HTMLButtonElement>("button", { name: /no good copy/ })
    expect(button.disabled).toBe(true)
  })
})

describe("a file of one's own", () => {
  test("is sent while a bar tells how far it is, and what was recognised stands over its options", async () => {
    const { begun } = drivenUploads()
    const { asked } = controllerAnswers(
      answer(listBackups, []),
      answer(planRestore, () => restorePlan({ backupId: null, source: restoreSource(), engine: "mysql" })),
      ...world,
    )
    show("/restores?restore=")
    await choose(gzip)
    fireEvent.click(await screen.findByRole("button", { name: "Upload 4.0 KiB" }))
    await waitFor(() => expect(begun.length).toBe(1))
    expect(begun[0]?.path).toBe("/api/restores/upload")
    expect((begun[0]?.form.get("file") as File | undefined)?.name).toBe("wiki.sql.gz")
    begun[0]?.sent(1024)
    await screen.findByText("1.0 KiB of 4.0 KiB sent")
    expect(screen.getByRole<HTMLProgressElement>("progressbar").value).toBe(1024)
    begun[0]?.sent(4096)
    await screen.findByText("Sent; it is looked through…")
    begun[0]?.answer(201, { data: restoreSource() })
    await screen.findByText("statements of mysqldump 8.0.33 from MySQL 8.0.33, packed with gzip,", {
      exact: false,
    })
    expect(location.search).toBe("?restore-file=source-1")
    expect(screen.getByText("12 tables, 4 views") !== null).toBe(true)
    const field = screen.getByLabelText<HTMLSelectElement>("Server")
    await waitFor(() => expect([...field.options].map(({ text }) => text)).toEqual(["Choose…", "wiki/db"]))
    fireEvent.change(field, { target: { value: "wiki~db" } })
    fireEvent.click(screen.getByRole("button", { name: "Show the plan" }))
    await screen.findByText("Load the backup into it")
    expect(asked.find(({ method }) => method === "post")?.body).toEqual({
      ...{ sourceId: "source-1", options: { mode: "new", name: "wiki", serverId: "wiki~db" }, dryRun: true },
    })
  })

  test("that is refused says why and what to do, and another one can be chosen", async () => {
    const { begun } = drivenUploads()
    controllerAnswers(answer(listBackups, []), ...world)
    show("/restores?restore=")
    await choose(gzip)
    fireEvent.click(await screen.findByRole("button", { name: "Upload 4.0 KiB" }))
    await waitFor(() => expect(begun.length).toBe(1))
    const hint = "Send the whole file."
    const error = { code: "VALIDATION_ERROR", message: "the dump ends before its trailer", hint }
    begun[0]?.answer(400, { error })
    const alert = await screen.findByRole("alert")
    expect(alert.textContent).toContain("wiki.sql.gz cannot be restored: the dump ends before its trailer.")
    expect(alert.textContent).toContain("Send the whole file.")
    fireEvent.change(screen.getByLabelText("File"), { target: { files: [gzip] } })
    await waitFor(() => expect(screen.queryByRole("alert") === null).toBe(true))
  })

  test("stops when it is told to, and when the dialog is closed", async () => {
    const { begun } = drivenUploads()
    controllerAnswers(answer(listBackups, []), ...world)
    show("/restores?restore=")
    await choose(gzip)
    fireEvent.click(await screen.findByRole("button", { name: "Upload 4.0 KiB" }))
    fireEvent.click(await screen.findByRole("button", { name: "Stop" }))
    await waitFor(() => expect(begun[0]?.stopped).toBe(true))
    expect(screen.queryByRole("alert") === null).toBe(true)
    fireEvent.click(await screen.findByRole("button", { name: "Upload 4.0 KiB" }))
    await waitFor(() => expect(begun.length).toBe(2))
    fireEvent.click(screen.getByRole("button", { name: "Close" }))
    await waitFor(() => expect(begun[1]?.stopped).toBe(true))
  })

  test("that is encrypted asks for what opens it, before it is sent, and sends that first", async () => {
    const { begun } = drivenUploads()
    controllerAnswers(answer(listBackups, []), ...world)
    show("/restores?restore=")
    await choose(new File(["age-encryption.org/v1\n-> X25519 abc"], "x.bin"))
    const field = await screen.findByLabelText("Identity, if the controller has none")
    fireEvent.change(field, { target: { value: "AGE-SECRET-KEY-1ABC" } })
    fireEvent.click(screen.getByRole("button", { name: /^Upload/ }))
    await waitFor(() => expect([...(begun[0]?.form.keys() ?? [])]).toEqual(["identity", "file"]))
    expect(await isAge(gzip)).toBe(false)
  })
})

describe("a file at a destination", () => {
  const at = (key: string, kind: StoredFile["kind"] = "file"): StoredFile => ({
    ...{ key, kind, bytes: kind === "file" ? 2048 : null, modifiedAt: null },
  })
  const folders: Readonly<Record<string, StoredFile[]>> = {
    "": [at("old/", "folder"), at("readme.txt")],
    "old/": [at("old/wiki.sql.gz")],
  }
  const files = answer(browseDestination, ({ query }) => folders[query.prefix ?? ""] ?? [])

  test("is found folder by folder, read through, and goes on to its options", async () => {
    const { asked } = controllerAnswers(files, answer(addSource, restoreSource()), ...world)
    show("/restores?restore=&at=local")
    fireEvent.click(await screen.findByRole("button", { name: /^old\/$/ }))
    const folder = within(await screen.findByRole("navigation", { name: "Folder" }))
    await screen.findByRole("button", { name: /^wiki\.sql\.gz/ })
    fireEvent.click(folder.getByRole("button", { name: "local" }))
    fireEvent.click(await screen.findByRole("button", { name: /^old\/$/ }))
    fireEvent.click(await screen.findByRole("button", { name: /^wiki\.sql\.gz/ }))
    await waitFor(() => expect(location.search).toBe("?restore-file=source-1"))
    expect(asked.find(({ method }) => method === "post")?.body).toEqual({
      destination: "local",
      key: "old/wiki.sql.gz",
    })
  })

  test("that is nothing to restore says so and leaves one in the folder", async () => {
    const refuse = () => {
      const message = "the file is text that holds no statement"
      throw new Refused(400, { code: "VALIDATION_ERROR", message, hint: "Choose a dump." })
    }
    controllerAnswers(files, answer(addSource, refuse), ...world)
    show("/restores?restore=&at=local")
    fireEvent.click(await screen.findByRole("button", { name: /^readme\.txt/ }))
    const alert = await screen.findByRole("alert")
    expect(alert.textContent).toContain("readme.txt cannot be restored: the file is text that holds no")
    expect(screen.getByRole("button", { name: /^old\/$/ }) !== null).toBe(true)
  })

  test("has the folders on its way in order", () => {
    expect(foldersOf("")).toEqual([""])
    expect(foldersOf("a/b/")).toEqual(["", "a/", "a/b/"])
  })
})

test("what a file is is said in words, as far as it is known", () => {
  const { kind } = restoreSource()
  const unknown = { tool: "unknown", toolVersion: "unknown", serverVersion: "unknown" }
  const script = { engine: null, format: "script", of: "database", ...unknown } as const
  expect(kindInWords({ kind })).toBe("statements of mysqldump 8.0.33 from MySQL 8.0.33")
  expect(kindInWords({ kind: script })).toBe("SQL script")
  expect(aroundIt({ recipient: "age1x", compression: "zstd" })).toBe("age, zstd inside")
  expect(aroundIt({ recipient: null, compression: "none" })).toBeUndefined()
})
