// A person in front of the dashboard: sees that all is well, makes a backup, gets the data back. In a real browser.
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { createRequire } from "node:module"
import { after, before, test } from "node:test"
import { startStack, until } from "./stack.mjs"

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8")
const pages = [
  "/",
  "/databases",
  "/databases/webshop:shop",
  "/servers/webshop",
  "/servers/legacy",
  "/backups",
  "/runs",
  "/restores",
  "/schedules",
  "/destinations",
  "/settings",
]
let stack

const api = async (path) => (await (await fetch(`${stack.url}${path}`)).json()).data

before(async () => {
  stack = await startStack()
  // A job that never ran makes its first backups by itself.
  await until("the first backups", async () => {
    const databases = (await api("/api/databases")).filter(({ server }) => server.id === "webshop")
    return databases.length >= 3 && databases.every(({ state }) => state === "fresh")
  })
})

after(() => stack?.stop())

/** A page with nothing on its console that says error. */
async function open(path, options = {}) {
  const context = await stack.browser.newContext({ viewport: { width: 1280, height: 800 }, ...options })
  const page = await context.newPage()
  const errors = []
  page.on("pageerror", (error) => errors.push(String(error)))
  page.on("console", (message) => message.type() === "error" && errors.push(message.text()))
  await page.goto(`${stack.url}${path}`)
  await page.locator("main h1, main h2").first().waitFor()
  return { page, errors, close: () => context.close() }
}

test("the overview answers in one sentence, and lists the database with its last good backup", async () => {
  const { page, errors, close } = await open("/")
  const verdict = (await api("/api/system/status")).verdict.sentence
  await page.getByText(verdict).first().waitFor()
  await page.getByText("shop", { exact: true }).first().waitFor()
  assert.deepEqual(errors, [])
  await close()
})

test("a backup made with the button appears in the history without a reload", async () => {
  const { page, close } = await open("/databases/webshop:shop")
  const before = (await api("/api/backups?databaseId=webshop:shop")).length
  await page
    .getByRole("button", { name: /^Back up now/ })
    .first()
    .click()
  await until("the backup completes", async () => {
    const backups = await api("/api/backups?databaseId=webshop:shop&status=completed")
    return backups.length > before
  })
  await page.getByText("manual", { exact: false }).first().waitFor()
  await close()
})

test("a restore shows the plan, asks for the name, and every row is back", async () => {
  const [backup] = await api("/api/backups?databaseId=webshop:shop&status=completed")
  stack.sql("shop", "delete from orders where id > 4000")
  const { page, errors, close } = await open(`/backups/${backup.id}`)
  await page.getByRole("link", { name: "Restore", exact: true }).first().click()
  const dialog = page.getByRole("dialog")
  await dialog.getByLabel("Name of the new database").fill("shop_from_dashboard")
  await dialog.getByRole("button", { name: "Show the plan" }).click()
  const button = dialog.getByRole("button", { name: "Restore into shop_from_dashboard" })
  await button.waitFor()
  assert.equal(await button.isDisabled(), true, "it must wait for the name")
  await dialog.getByRole("textbox").fill("shop_from_dashboar")
  assert.equal(await button.isDisabled(), true, "it must wait for the whole name")
  await dialog.getByRole("textbox").fill("shop_from_dashboard")
  await button.click()
  await until("the restore completes", async () => (await api("/api/restores"))[0]?.status === "completed")
  assert.equal(stack.sql("shop_from_dashboard", "select count(*) from orders"), "5000")
  assert.equal(stack.sql("shop", "select count(*) from orders"), "4000")
  assert.deepEqual(errors, [])
  await close()
})

/** One in which restoring takes a few seconds: every hundredth of its rows waits. */
async function backupOfSlowTable() {
  const wait = (seconds) =>
    `create or replace function slow(i int) returns boolean language plpgsql as $$ begin if i % 100 = 0 then perform pg_catalog.pg_sleep(${seconds}); end if; return true; end $$`
  stack.sql("shop", wait(0))
  stack.sql("shop", "create table slow_rows (i int check (slow(i)), text text)")
  stack.sql(
    "shop",
    "insert into slow_rows select i, (select string_agg(md5(i::text || j), '') from generate_series(1, 128) j) from generate_series(1, 2000) i",
  )
  stack.sql("shop", wait(0.2))
  const body = JSON.stringify({ databaseId: "webshop:shop" })
  const asked = { method: "POST", headers: { "content-type": "application/json" }, body }
  const { id } = (await (await fetch(`${stack.url}/api/backups`, asked)).json()).data
  await until("the backup completes", async () => (await api(`/api/backups/${id}`)).status === "completed")
  return id
}

test("a restore in the place of a database moves by itself, is compared, and is undone with a button", async () => {
  const id = await backupOfSlowTable()
  stack.sql("shop", "delete from orders where id > 3000")
  const { page, errors, close } = await open(`/backups/${id}`)
  await page.getByRole("link", { name: "Restore", exact: true }).first().click()
  const dialog = page.getByRole("dialog")
  await dialog.getByRole("radio", { name: /^In the place of a database/ }).check()
  await dialog.getByRole("button", { name: "Show the plan" }).click()
  await dialog.getByLabel(/^Type shop to/).fill("shop")
  const questions = []
  page.on("request", (request) => {
    const path = new URL(request.url()).pathname
    if (request.method() === "GET" && /^\/api\/restores\/[^/]+$/.test(path)) questions.push(path)
  })
  await dialog.getByRole("button", { name: "Restore into shop" }).click()
  const bar = dialog.getByRole("progressbar")
  await bar.waitFor()
  await page.evaluate(() => {
    globalThis.reloaded = false
    globalThis.moved = new Set()
    const look = () => globalThis.moved.add(document.querySelector("dialog progress")?.value)
    new MutationObserver(look).observe(document.querySelector("dialog"), {
      ...{ attributes: true, childList: true, subtree: true, characterData: true },
    })
  })
  await dialog.getByText("shop is the restored database.").waitFor({ timeout: 60_000 })
  const steps = await page.evaluate(() => [...globalThis.moved].filter((value) => value > 0).length)
  assert.ok(
    steps > questions.length,
    `${steps} places of the bar, and the page asked ${questions.length} times: events must move it`,
  )
  assert.equal(await page.evaluate(() => globalThis.reloaded), false)
  await dialog.getByText("It holds what the manifest says it should.").waitFor()
  assert.equal(stack.sql("shop", "select count(*) from orders"), "4000")
  await dialog.getByRole("button", { name: "Undo…" }).click()
  await dialog.getByRole("button", { name: "Undo shop" }).click()
  await dialog.getByText("shop is what it was before the restore.").waitFor({ timeout: 60_000 })
  assert.equal(stack.sql("shop", "select count(*) from orders"), "3000")
  assert.deepEqual(errors, [])
  await close()
})

test("a file of one's own is sent, recognised by its bytes and restored", async () => {
  const file = stack.dumpToFile("shop", "no-ending")
  const { page, errors, close } = await open("/restores")
  await page.getByRole("link", { name: /^Restore a backup or a file/ }).click()
  const dialog = page.getByRole("dialog")
  await dialog.getByRole("radio", { name: "A file on this computer" }).check()
  await dialog.getByLabel("File", { exact: true }).setInputFiles(file)
  await dialog.getByRole("button", { name: /^Upload / }).click()
  await dialog.getByText(/^statements of pg_dump 17\.\d+ from PostgreSQL 17/).waitFor({ timeout: 60_000 })
  await dialog.getByLabel("Server").selectOption({ label: "webshop" })
  await dialog.getByLabel("Name of the new database").fill("shop_from_file")
  await dialog.getByRole("button", { name: "Show the plan" }).click()
  await dialog.getByLabel(/^Type shop_from_file to/).fill("shop_from_file")
  await dialog.getByRole("button", { name: "Restore into shop_from_file" }).click()
  await dialog.getByText("completed", { exact: true }).waitFor({ timeout: 60_000 })
  assert.equal(
    stack.sql("shop_from_file", "select count(*) from orders"),
    stack.sql("shop", "select count(*) from orders"),
  )
  assert.deepEqual(errors, [])
  await close()
})

test("an encrypted backup carries a lock with its key's name, in the list and on its page", async () => {
  const [backup] = await api("/api/backups?databaseId=webshop:shop&status=completed")
  assert.equal(backup.encryption.key, "default")
  assert.match(backup.fileName, /\.dump(\.zst)?\.age$/)
  const { page, errors, close } = await open("/backups")
  await page.getByTitle("Encrypted with the key default").first().waitFor()
  await page.goto(`${stack.url}/backups/${backup.id}`)
  await page.getByText("with the key default, in the age format").waitFor()
  await page.getByText(backup.encryption.recipients[0]).first().waitFor()
  await page.getByText("age -d -i KEY.txt").first().waitFor()
  assert.deepEqual(errors, [])
  await close()
})

test("a server says why it is backed up, by which job, next when, and where each value comes from", async () => {
  const { page, errors, close } = await open("/")
  await page
    .getByRole("row")
    .filter({ hasText: "shop" })
    .getByRole("link", { name: "webshop" })
    .first()
    .click()
  await page.getByRole("heading", { level: 1, name: "webshop" }).waitFor()
  const why = page.getByRole("region", { name: "Why" })
  await why.getByText("This server is backed up by its job default.").waitFor()
  await why.getByText(/by job default$/).waitFor()
  const job = page.getByRole("region", { name: "Job default" })
  await job.getByRole("row", { name: "schedule daily default" }).waitFor()
  await job.getByRole("row", { name: /^timezone .* settings$/ }).waitFor()
  const runs = page.getByRole("table", { name: "Last runs, newest first" })
  await runs.getByRole("row").filter({ hasText: "first backup" }).getByRole("link").click()
  await page.getByRole("heading", { level: 1, name: /^Run on webshop/ }).waitFor()
  const backups = page.getByRole("table", { name: "Backups of this run" })
  await backups.getByRole("link", { name: "shop" }).waitFor()
  assert.deepEqual(errors, [])
  await close()
})

test("a container that is not backed up says why not, with corrected labels to copy", async () => {
  const { page, errors, close } = await open("/databases")
  await page.getByRole("link", { name: "legacy", exact: true }).click()
  await page
    .getByText(`This server is not backed up: it has labels, but not ${stack.prefix}.enable.`)
    .waitFor()
  const labels = page.getByRole("region", { name: "the labels for legacy" })
  assert.equal(
    (await labels.textContent())?.trim(),
    [
      "labels:",
      `${stack.prefix}.enable: "true"`,
      `${stack.prefix}.id: legacy`,
      `${stack.prefix}.schedule: hourly`,
    ].join("\n  "),
  )
  await page.getByRole("button", { name: "Copy the labels for legacy" }).click()
  await page
    .getByText(/Copied|Selected/)
    .first()
    .waitFor()
  assert.deepEqual(errors, [])
  await close()
})

test("a job is paused and resumed with its button, and so are all of them", async () => {
  const { page, errors, close } = await open("/schedules")
  const job = () => api("/api/schedules/webshop:default")
  await page.getByRole("button", { name: "Pause: webshop, job default" }).click()
  await page.getByText("paused by a person").waitFor()
  assert.deepEqual([(await job()).enabled, (await job()).nextRunAt], [false, null])
  await page.getByRole("button", { name: "Resume: webshop, job default" }).click()
  await page.getByText("started by the schedule").waitFor()
  assert.equal((await job()).enabled, true)
  await page.getByRole("button", { name: "Pause all" }).click()
  await page.getByRole("dialog").getByRole("button", { name: "Pause all" }).click()
  const notice = page.getByRole("region", { name: "All schedules are paused" })
  await notice.getByText("A person paused every schedule.").waitFor()
  assert.equal((await job()).pausedBy, "person")
  await page.getByRole("link", { name: "Overview" }).click()
  await notice.getByRole("button", { name: "Resume all" }).click()
  await notice.waitFor({ state: "detached" })
  assert.equal((await job()).enabled, true)
  assert.deepEqual(errors, [])
  await close()
})

test("looking again is answered with what is there", async () => {
  const { page, close } = await open("/databases")
  await page.getByRole("button", { name: "Look again" }).click()
  await page.getByText(/^Looked: \d+ servers\.$/).waitFor()
  await close()
})

test("filters of the history live in the address", async () => {
  const { page, close } = await open("/backups?status=failed")
  await page.waitForLoadState("networkidle").catch(() => {})
  assert.match(page.url(), /status=failed/)
  assert.equal(await page.locator("table tbody tr").count(), 0)
  await close()
})

for (const colorScheme of ["light", "dark"]) {
  test(`every page in ${colorScheme} has no serious accessibility finding and fits into 360 pixels`, async () => {
    const [run] = await api("/api/runs")
    const [restore] = await api("/api/restores")
    const [backup] = await api("/api/backups?databaseId=webshop:shop&status=completed")
    const dialogs = ["/restores?restore=", "/restores?restore=&at=local", `/restores?restore=${backup.id}`]
    const some = [`/runs/${run.id}`, `/restores/${restore.id}`, `/backups/${backup.id}`]
    for (const path of [...pages, ...some, ...dialogs]) {
      const { page, errors, close } = await open(path, {
        colorScheme,
        viewport: { width: 360, height: 740 },
        bypassCSP: true,
      })
      await page.addScriptTag({ content: axe })
      const { violations } = await page.evaluate(() => globalThis.axe.run(document))
      const serious = violations.filter(({ impact }) => impact === "serious" || impact === "critical")
      assert.deepEqual(
        serious.map(({ id, nodes }) => [path, id, nodes[0]?.html]),
        [],
      )
      if (path.includes("restore=")) await page.getByRole("dialog").getByRole("radio").first().waitFor()
      const overflow = await page.evaluate(() =>
        [document.documentElement, ...document.querySelectorAll("dialog")]
          .map(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)
          .reduce((a, b) => a + b),
      )
      assert.equal(overflow, 0, `${path} is wider than the screen`)
      assert.deepEqual(errors, [])
      await close()
    }
  })
}

test("all of it can be reached by keyboard: the first stop skips to the content", async () => {
  const { page, close } = await open("/")
  await page.keyboard.press("Tab")
  assert.match(await page.evaluate(() => document.activeElement?.textContent ?? ""), /skip/i)
  await close()
})
