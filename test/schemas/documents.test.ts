// The documents that are made from the schemas say what the schemas say.
import { expect, test } from "bun:test"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { documents } from "../support/generate-docs.ts"
import { repository } from "../support/places.ts"

test.each([...documents().keys()])("%s is up to date (else: bun run docs)", (path) => {
  expect(readFileSync(join(repository, path), "utf8")).toBe(documents().get(path) ?? "")
})
