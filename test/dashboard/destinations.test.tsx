// The page of destinations: where backups are kept, whether that can be used, and a test of a bucket.
import { expect, test } from "bun:test"
import { fireEvent, screen, waitFor } from "@testing-library/react"

import {
  copyCatalogue,
  type DestinationStatus,
  getCatalogue,
  getStatus,
  listS3Configs,
  testS3Config,
} from "../../schemas/api.ts"
import type { CatalogueState } from "../../schemas/catalogue.ts"
import type { S3Config } from "../../schemas/s3-config.ts"
import { answer, controllerAnswers } from "./setup/controller.ts"
import { hoursAgo, status } from "./setup/samples.ts"
import { show } from "./setup/show.tsx"

const denied = {
  code: "destination-unavailable" as const,
  message: "vault (s3://backups/host-1) refused access: AccessDenied",
  hint: "Give these credentials the permission s3:PutObject on the bucket and its objects.",
  key: null,
  suggestion: null,
}
const vault: DestinationStatus = {
  name: "vault",
  kind: "s3",
  location: "s3://backups/host-1",
  state: "up",
  freeBytes: null,
  problem: null,
}
const bucket = (changes: Partial<S3Config> = {}): S3Config => ({
  id: "b1",
  name: "vault",
  bucket: "backups",
  region: "us-east-1",
  prefix: "host-1",
  sse: "AES256",
  lockMode: "COMPLIANCE",
  managed: "api",
  keys: "sealed",
  accessKeyId: "…MPLE",
  copies: 12,
  jobs: [],
  problem: null,
  createdAt: hoursAgo(3),
  updatedAt: hoursAgo(3),
  ...changes,
})

const catalogue = (changes: Partial<CatalogueState> = {}): CatalogueState => ({
  bytes: 3 * 2 ** 20,
  problem: null,
  mending: null,
  copies: [
    { destination: "local", madeAt: hoursAgo(2), problem: null },
    { destination: "vault", madeAt: null, problem: denied },
  ],
  nextCopyAt: hoursAgo(-3),
  ...changes,
})

function open(buckets: readonly S3Config[], tested: DestinationStatus = vault, state = catalogue()) {
  const destinations = [...status().destinations, vault]
  const { asked } = controllerAnswers(
    answer(getStatus, () => ({ ...status(), destinations })),
    answer(listS3Configs, () => [...buckets]),
    answer(testS3Config, () => tested),
    answer(getCatalogue, () => state),
    answer(copyCatalogue, () => state),
  )
  show("/destinations")
  return asked
}
const row = async (name: string) => await screen.findByRole("row", { name: new RegExp(`^${name}`) })

test("each destination is shown with its state and room, a bucket with its keys' end and its backups", async () => {
  open([bucket()])
  expect((await row("local")).textContent).toBe("local/backupsRestore a file from here…up5.0 GiBsettings")
  const text = (await row("vault")).textContent
  expect(text).toContain("s3://backups/host-1")
  expect(text).toContain(
    "keys in the catalogue (…MPLE), encrypted by the store (AES256), locks by compliance",
  )
  expect(text).toEndWith("up12APITest")
})

test("a test says that all of it went well, or what is missing", async () => {
  const asked = open([bucket()])
  fireEvent.click(await screen.findByRole("button", { name: "Test vault" }))
  expect(await screen.findByText("A probe was written, read, listed and deleted.")).toBeDefined()
  expect(asked.filter(({ method }) => method === "post").map(({ path }) => path)).toEqual([
    "/api/s3-configs/b1/test",
  ])
})

test("a permission that is missing is named where the test was asked for", async () => {
  open([bucket()], { ...vault, state: "down", problem: denied })
  fireEvent.click(await screen.findByRole("button", { name: "Test vault" }))
  expect(await screen.findByText(/the permission s3:PutObject/)).toBeDefined()
})

test("a bucket whose name the settings have taken is shown as not used, and why", async () => {
  const problem = { ...denied, code: "in-use" as const, message: "there is another destination named vault" }
  open([bucket({ id: "vault", managed: "file", accessKeyId: null, keys: "settings" }), bucket({ problem })])
  const rows = await screen.findAllByRole("row", { name: /^vault/ })
  expect(rows.map(({ textContent }) => textContent?.includes("not used"))).toEqual([false, true])
  expect(rows[1]?.textContent).toContain("there is another destination named vault")
})

const section = async () => await screen.findByRole("region", { name: "Catalogue" })

test("the catalogue is shown with its size and the age of each copy, and is copied when asked", async () => {
  const asked = open([bucket()])
  await screen.findByText("Copy at local")
  const text = (await section()).textContent ?? ""
  expect(text).toContain("Size3.0 MiB")
  expect(text).toContain("Copy at local2 h ago")
  expect(text).toContain(`Copy at vaultnone yet${denied.message}`)
  fireEvent.click(screen.getByRole("button", { name: "Copy now" }))
  await waitFor(() => expect(asked.map(({ path }) => path)).toContain("/api/system/catalogue/copies"))
})

test("a catalogue that is being made again says so, with why and what it waits for, and is not copied", async () => {
  const problem = {
    ...denied,
    code: "catalogue-damaged" as const,
    message: "the catalogue is damaged. It waits for vault",
  }
  open([bucket()], vault, catalogue({ problem }))
  await screen.findByText(/It waits for vault/)
  expect((await section()).textContent).toContain(problem.message)
  expect(screen.queryByRole("button", { name: "Copy now" })).toBeNull()
})
