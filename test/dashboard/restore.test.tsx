import { describe, expect, test } from "bun:test"
import { fireEvent, screen, waitFor, within } from "@testing-library/react"
import { firstStep, mistakeIn, nameMistake } from "../../dashboard/src/features/restores/restore-step.ts"
import { subjectOfBackup } from "../../dashboard/src/features/restores/subject.ts"
import { restoreInAddress, withRestoreDialog } from "../../dashboard/src/lib/restore-address.ts"
import {
  createRestore,
  getBackup,
  getRestore,
  listBackups,
  listDatabases,
  listServers,
  planRestore,
} from "../../schemas/api.ts"
import { answer, controllerAnswers, Refused } from "./setup/controller.ts"
import {
  completedBackup,
  completedRestore,
  failedBackup,
  restorePlan,
  runningRestore,
  server,
} from "./setup/samples.ts"
import { show } from "./setup/show.tsx"

const isPlan = ({ body }: { readonly body: unknown }) => (body as { dryRun?: boolean }).dryRun === true
const world = [
  answer(getBackup, completedBackup()),
  answer(listBackups, [completedBackup()]),
  answer(listDatabases, []),
  answer(planRestore, () => restorePlan(), isPlan),
  answer(createRestore, () => runningRestore()),
]
const restoreButton = () => screen.queryByRole<HTMLButtonElement>("button", { name: /^Restore into/ })
const typedName = () => screen.getByLabelText(/^Type shop_restored/)

async function openedAtPlan() {
  show("/backups?status=completed&restore=backup-1")
  fireEvent.click(await screen.findByRole("button", { name: "Show the plan" }))
  await screen.findByText("Load the backup into it")
}

describe("the restore dialog", () => {
  test("proposes a free name and has no button that restores before there is a plan", async () => {
    controllerAnswers(...world)
    show("/backups?restore=backup-1")
    const name = await screen.findByLabelText<HTMLInputElement>("Name of the new database")
    expect(name.value).toBe("shop_restored")
    expect(restoreButton() === null).toBe(true)
  })

  test("shows the server's plan and its warnings, asked for without doing anything", async () => {
    const { asked } = controllerAnswers(...world)
    await openedAtPlan()
    expect(screen.getByText("The backup is newer than the server")).toBeDefined()
    expect(asked.filter(({ method }) => method === "post").map(({ body }) => body)).toEqual([
      { backupId: "backup-1", options: { mode: "new", name: "shop_restored" }, dryRun: true },
    ])
  })

  test("of an encrypted backup names its key, and says that it is not here instead of planning", async () => {
    const encryption = { format: "age" as const, key: "ops", recipients: ["age1first", "age1second"] }
    const missing = new Refused(409, {
      code: "RESTORE_ERROR",
      message:
        "the backup is encrypted with the key ops (age1first, age1second), and no identity for it is here",
      hint: "Mount the identity.",
      details: { fault: "key-missing" },
    })
    controllerAnswers(
      answer(getBackup, completedBackup({ encryption })),
      answer(listBackups, []),
      answer(listDatabases, []),
      answer(planRestore, () => {
        throw missing
      }),
    )
    show("/backups?restore=backup-1")
    const dialog = await screen.findByRole("dialog")
    expect((await within(dialog).findByText("age1second")) !== null).toBe(true)
    expect(dialog.textContent).toContain("with the key ops, in the age format")
    fireEvent.click(await screen.findByRole("button", { name: "Show the plan" }))
    await within(dialog).findByText(/no identity for it is here/)
    expect(dialog.textContent).toContain("Mount the identity.")
    expect(restoreButton() === null).toBe(true)
  })

  test("takes an identity for the plan and the restore of an encrypted backup, and asks for none of a plain one", async () => {
    const encryption = { format: "age" as const, key: "ops", recipients: ["age1first"] }
    const identity = "AGE-SECRET-KEY-1N9JEPW6DWJ0ZQUDX63F5A03GX8QUW7PXDE39N8UYF82VZ9PC8UFS3M7XA9"
    const { asked } = controllerAnswers(
      answer(getBackup, completedBackup({ encryption })),
      ...world.slice(1),
      answer(getRestore, runningRestore()),
    )
    show("/backups?status=completed&restore=backup-1")
    const field = await screen.findByLabelText<HTMLInputElement>("Identity, if the controller has none")
    expect(field.type).toBe("password")
    fireEvent.change(field, { target: { value: `${identity}\n` } })
    fireEvent.click(screen.getByRole("button", { name: "Show the plan" }))
    await screen.findByText("Load the backup into it")
    fireEvent.change(typedName(), { target: { value: "shop_restored" } })
    fireEvent.click(restoreButton() as HTMLButtonElement)
    await waitFor(() =>
      expect(asked.filter(({ method }) => method === "post").map(({ body }) => body)).toMatchObject([
        { dryRun: true, identity },
        { identity },
      ]),
    )
    expect(location.href).not.toContain("SECRET")
  })

  test("restores only once the target's name is typed, letter by letter", async () => {
    const { asked } = controllerAnswers(...world, answer(getRestore, runningRestore()))
    await openedAtPlan()
    expect(restoreButton()?.disabled).toBe(true)
    for (const wrong of ["shop", "shop_restored ", "SHOP_RESTORED"]) {
      fireEvent.change(typedName(), { target: { value: wrong } })
      expect(restoreButton()?.disabled).toBe(true)
    }
    fireEvent.submit(typedName())
    expect(asked.filter(({ method }) => method === "post")).toHaveLength(1)
    fireEvent.change(typedName(), { target: { value: "shop_restored" } })
    expect(restoreButton()?.disabled).toBe(false)
    fireEvent.click(restoreButton() as HTMLButtonElement)
    await screen.findByRole("progressbar")
    expect(asked.filter(({ method }) => method === "post").at(-1)?.body).toEqual({
      backupId: "backup-1",
      options: { mode: "new", name: "shop_restored" },
      planHash: "c".repeat(64),
    })
  })

  test("shows what the plan says as data", async () => {
    controllerAnswers(...world)
    await openedAtPlan()
    const text = screen.getByRole("dialog").textContent
    expect(text).toContain("PostgreSQL 16.2, made on 17.6")
    expect(text).toContain("about 1 min 30 s, by restores of this server")
    expect(text).toContain("1.0 GiB when it was dumped, 4.0 GiB free")
    expect(text).toContain("Lostnothing")
  })

  test("offers other servers of the same engine, and restores on the one that was chosen", async () => {
    const staging = server({ id: "staging~db", name: "staging/db" })
    const wiki = server({ id: "wiki~db", name: "wiki/db", engine: "mysql" })
    const { asked } = controllerAnswers(answer(listServers, [server(), staging, wiki]), ...world)
    show("/backups?restore=backup-1")
    const field = await screen.findByLabelText<HTMLSelectElement>("Server")
    expect([...field.options].map(({ text }) => text)).toEqual(["shop/db, where it was made", "staging/db"])
    fireEvent.change(field, { target: { value: "staging~db" } })
    fireEvent.change(screen.getByLabelText("Name of the new database"), { target: { value: "shop" } })
    fireEvent.click(screen.getByRole("button", { name: "Show the plan" }))
    await screen.findByText("Load the backup into it")
    expect(asked.find(({ method }) => method === "post")?.body).toMatchObject({
      options: { mode: "new", name: "shop", serverId: "staging~db" },
    })
  })

  test("names what the server lacks, and tells moments in the viewer's zone", async () => {
    const extensions = [{ name: "vector", wanted: "0.8.0", available: "0.7.0" }]
    const plan = restorePlan({
      missing: { roles: ["app"], extensions },
      lost: ["what was written to shop after 2026-01-02T03:04:05.678Z"],
    })
    controllerAnswers(
      answer(planRestore, () => plan, isPlan),
      ...world,
    )
    await openedAtPlan()
    const text = screen.getByRole("dialog").textContent
    expect(text).toContain("role app and extension vector 0.8.0 (0.7.0 can be made)")
    expect(text).not.toContain("T03:04:05.678Z")
    expect(text).toContain("what was written to shop after Fri 2 Jan")
  })

  test("of globals asks for no name, and tells what is made and what stays", async () => {
    const accounts = { create: ["app"], same: ["boss"], different: [], leftOut: [] }
    const plan = restorePlan({ mode: "globals", targetDatabase: "globals", accounts })
    const { asked } = controllerAnswers(
      answer(getBackup, completedBackup({ kind: "globals", database: "globals" })),
      answer(planRestore, () => plan, isPlan),
      ...world,
    )
    show("/backups?restore=backup-1")
    fireEvent.click(await screen.findByRole("button", { name: "Show the plan" }))
    await screen.findByText("What will be done")
    expect(screen.getByRole("dialog").textContent).toContain("MadeappThere alreadyboss")
    expect(asked.find(({ method }) => method === "post")?.body).toMatchObject({
      options: { mode: "globals" },
    })
  })

  test("is in the address, so that a reload comes back to the restore that runs", async () => {
    controllerAnswers(...world, answer(getRestore, runningRestore()))
    await openedAtPlan()
    fireEvent.change(typedName(), { target: { value: "shop_restored" } })
    fireEvent.click(restoreButton() as HTMLButtonElement)
    await waitFor(() => expect(location.search).toBe("?status=completed&restore=backup-1&as=restore-1"))
  })

  test("tells what was found, and where it differs", async () => {
    const restore = completedRestore(["the manifest says 43 tables, the database has 42"])
    controllerAnswers(...world, answer(getRestore, restore))
    show("/backups?restore=backup-1&as=restore-1")
    expect(await screen.findByText("the manifest says 43 tables, the database has 42")).toBeDefined()
    expect(screen.queryByText(/It holds what the manifest says/) === null).toBe(true)
  })

  test("stays at the name when the server refuses it, with the server's reason", async () => {
    const exists = () => {
      throw new Refused(409, {
        code: "CONFLICT",
        message: "a database named users exists on shop/db",
        hint: "Choose a name that is free.",
      })
    }
    controllerAnswers(answer(planRestore, exists, isPlan), ...world)
    show("/backups?restore=backup-1")
    fireEvent.change(await screen.findByLabelText("Name of the new database"), { target: { value: "users" } })
    fireEvent.click(screen.getByRole("button", { name: "Show the plan" }))
    const alert = await screen.findByRole("alert")
    expect(alert.textContent).toContain("a database named users exists on shop/db")
    expect(alert.textContent).toContain("Choose a name that is free.")
    expect(restoreButton() === null).toBe(true)
  })

  test("drops the plan when the name is changed again", async () => {
    controllerAnswers(...world)
    await openedAtPlan()
    fireEvent.change(typedName(), { target: { value: "shop_restored" } })
    fireEvent.click(screen.getByRole("button", { name: "Back" }))
    expect(restoreButton() === null).toBe(true)
    expect(screen.getByLabelText<HTMLInputElement>("Name of the new database").value).toBe("shop_restored")
  })

  test("refuses a backup that did not complete", async () => {
    controllerAnswers(answer(getBackup, failedBackup()), ...world)
    show("/backups?restore=backup-1")
    expect(await screen.findByText(/only a completed one can be restored/)).toBeDefined()
  })

  test("closes without touching the rest of the address", async () => {
    controllerAnswers(...world)
    show("/backups?status=completed&restore=backup-1")
    const dialog = within(await screen.findByRole("dialog"))
    fireEvent.click(dialog.getByRole("button", { name: "Close" }))
    expect(location.search).toBe("?status=completed")
    expect(screen.queryByRole("dialog") === null).toBe(true)
  })
})

test("the proposed name always fits", () => {
  const subject = subjectOfBackup(completedBackup({ database: "a".repeat(63) }), undefined)
  expect(mistakeIn(firstStep(subject), subject)).toBeUndefined()
})

test.each([
  ["", "Write a name"],
  ["a".repeat(64), "at most 63"],
  [" a", "Remove the space"],
  ["shop", "beside the old one"],
])("a name such as %p is refused before the server is asked", (name, words) => {
  expect(nameMistake(name, "shop")).toContain(words)
})

test("the dialog's part of an address is read as it was written", () => {
  const open = { from: "backup", id: "a&b", restoreId: "c d" } as const
  const others = [{ from: "nothing yet" }, { from: "nothing yet", destination: "b" }] as const
  for (const each of [open, { ...open, from: "file" } as const, ...others])
    expect(restoreInAddress(withRestoreDialog("?status=failed&at=x", each))).toEqual(each)
  expect(withRestoreDialog(withRestoreDialog("?status=failed", open), undefined)).toBe("?status=failed")
})
