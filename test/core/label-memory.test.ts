// What says the same is not parsed twice, and nothing is answered from what is gone.
import { expect, test } from "bun:test"
import { readingLabels } from "../../controller/core/label-memory.ts"
import { noWords, parseLabels } from "../../controller/core/labels.ts"

const operator = () => ({ ...noWords, prefix: "dbbackup" })
const labels = { "dbbackup.enable": "true", "dbbackup.schedule": "hourly", "com.example.x": "1" }

test("the answers are those of the parser", () => {
  const read = readingLabels(operator())
  for (const said of [
    labels,
    {},
    { "dbbackup.enable": "false" },
    { "dbbackup.enable": "treu" },
    { dbbackup: "x" },
  ])
    for (const byDefault of [true, false])
      expect(read(said, byDefault)).toEqual(parseLabels(said, "dbbackup", byDefault))
})

test("equal labels are read once, in a round and over rounds, whatever else the container says", () => {
  const theirs = operator()
  const first = readingLabels(theirs)(labels, false)
  const round = readingLabels(theirs)
  expect(round({ ...labels, "com.example.x": "2" }, false)).toBe(first)
  expect(round({ ...labels }, false)).toBe(first)
})

test("other labels, another default and other settings are read anew", () => {
  const theirs = operator()
  const first = readingLabels(theirs)(labels, false)
  const round = readingLabels(theirs)
  expect(round({ ...labels, "dbbackup.schedule": "daily" }, false)).not.toEqual(first)
  expect(round(labels, true)).not.toBe(first)
  expect(readingLabels({ ...operator(), defaults: { timeout: "1h" } })(labels, false)).not.toEqual(first)
})

test("what no container said in a round is forgotten in the next", () => {
  const theirs = operator()
  const first = readingLabels(theirs)(labels, false)
  readingLabels(theirs)
  expect(readingLabels(theirs)(labels, false)).not.toBe(first)
})
