// Names of the catalogue's copies: read as they are written, and only one's own ever go.
import { expect, setDefaultTimeout, test } from "bun:test"
import fc from "fast-check"
import {
  catalogueCopiesIn,
  catalogueKey,
  isReserved,
  noteKey,
  parseCatalogueKey,
  surplusCopies,
} from "../../controller/core/catalogue-copy.ts"
import { parseObjectKey } from "../../controller/core/key.ts"
import { minute } from "../state/samples.ts"

setDefaultTimeout(120_000)

const installation = fc.stringMatching(/^[0-9a-z-]{1,64}$/)
const key = (whose: string, n: number) =>
  catalogueKey({ installation: whose, at: minute(n), encrypted: false })
const withNotes = (keys: readonly string[]) => keys.flatMap((one) => [one, noteKey(one)])

test("a name is read back as it was written, and is never a backup's", () => {
  fc.assert(
    fc.property(
      installation,
      fc.date({ min: new Date("2000-01-01"), max: new Date("2100-01-01"), noInvalidDate: true }),
      fc.boolean(),
      (whose, date, encrypted) => {
        const at = new Date(Math.floor(date.getTime() / 1000) * 1000)
        const named = catalogueKey({ installation: whose, at, encrypted })
        expect(parseCatalogueKey(named)).toEqual({ installation: whose, at, encrypted })
        expect(isReserved(named)).toBe(true)
        expect(parseObjectKey(named)).toBeUndefined()
      },
    ),
  )
})

test("what is named otherwise is no copy", () => {
  const good = key("a1", 0)
  for (const bad of [
    good.replace("20260301", "20260231"),
    good.replace(".zst", ".gz"),
    good.replace("/a1/", "/a1/b/"),
    good.replace("/a1/", "/../"),
    `x${good}`,
    noteKey(good),
  ])
    expect([bad, parseCatalogueKey(bad)]).toEqual([bad, undefined])
})

test("only copies of one's own, with their notes, are too many, and the newest always stays", () => {
  const own = [3, 1, 2, 4].map((n) => key("own", n))
  const others = [key("other", 0), key("other", 9)]
  const keys = [...withNotes([...own, ...others]), key("own", 0), "RESTORE.md"]
  expect(surplusCopies(keys, "own", 2)).toEqual([key("own", 1), key("own", 2)])
  expect(surplusCopies(keys, "own", 0)).toEqual([1, 2, 3].map((n) => key("own", n)))
  expect(surplusCopies(keys, "own", 9)).toEqual([])
  expect(catalogueCopiesIn(keys).map((copy) => copy.key)[0]).toBe(key("other", 9))
})
