import { expect, test } from "bun:test"
import { endlessWarning } from "../../controller/engines/mysql-endless.ts"

test("the tools that never end on such an event are warned of, by the event's name", () => {
  const [warning = ""] = endlessWarning("mysql", "mysqldump", "9.7.0", ["shop.odd", "shop.other"])
  expect(warning).toStartWith("mysqldump 9.7.0 never ends on an event")
  expect(warning).toContain("shop.odd, shop.other")
  expect(endlessWarning("mariadb", "mariadb-dump", "10.11.14-MariaDB", ["shop.odd"])).toHaveLength(1)
})

test("a tool that gets past them, and a server without them, need no word", () => {
  expect(endlessWarning("mariadb", "mariadb-dump", "11.8.3-MariaDB", ["shop.odd"])).toEqual([])
  expect(endlessWarning("mysql", "mysqldump", "9.7.0", [])).toEqual([])
})
