import { describe, expect, test } from "bun:test"
import { duration, size, table } from "../../controller/cli/table.ts"

test("columns are padded to their widest cell, and numbers stand to the right", () => {
  const rows = [
    ["shop/db", "1.0 GiB", "2026-03-01T02:00:00Z"],
    ["a-much-longer-name/db", "512.0 KiB", "-"],
    ["x", "-", ""],
  ]
  expect(table(["DATABASE", "SIZE", "NEXT"], rows).split("\n")).toEqual([
    "DATABASE                    SIZE  NEXT",
    "shop/db                  1.0 GiB  2026-03-01T02:00:00Z",
    "a-much-longer-name/db  512.0 KiB  -",
    "x                              -",
  ])
})

test("without rows there is the head", () => {
  expect(table(["A", "B"], [])).toBe("A  B")
})

describe("a size", () => {
  test.each([
    [0, "0 B"],
    [1023, "1023 B"],
    [1024, "1.0 KiB"],
    [1536, "1.5 KiB"],
    [1024 ** 2 - 1, "1.0 MiB"],
    [1024 ** 3, "1.0 GiB"],
    [1024 ** 4 * 2048, "2048.0 TiB"],
  ])("of %p bytes is %s", (bytes, text) => {
    expect(size(bytes)).toBe(text)
  })
})

describe("a duration", () => {
  test.each([
    [0, "0.0 s"],
    [0.84, "0.8 s"],
    [59.94, "59.9 s"],
    [59.96, "1 min 0 s"],
    [119.6, "2 min 0 s"],
    [135, "2 min 15 s"],
    [3599.7, "1 h 0 min"],
    [11_040, "3 h 4 min"],
  ])("of %p seconds is %s", (seconds, text) => {
    expect(duration(seconds)).toBe(text)
  })
})
