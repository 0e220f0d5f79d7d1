import { expect, test } from "bun:test"
import { isYes, whyNoVerdict } from "../../controller/core/drill-doubt.ts"

test.each([
  'loading shop: pg_restore exited 1: could not execute query: ERROR:  role "app" does not exist',
  'loading shop: pg_restore exited 1: ERROR:  extension "postgis" is not available',
  'creating shop: psql exited 3: invalid LC_COLLATE locale name: "tr_TR.utf8"',
  'loading shop: pg_restore exited 1: ERROR:  could not extend file "base/1/2": No space left on device',
  "loading shop: the client exited 1: ERROR 1273 (HY000) at line 20: Unknown collation: 'utf8mb4_uca1400_ai_ci'",
  "loading shop: the client exited 1: ERROR 1146 (42S02) at line 90: Table 'users.accounts' doesn't exist",
])("what only the throw-away server lacks is no verdict on the backup: %s", (message) => {
  expect(whyNoVerdict(message, "shop")).toBeString()
})

test.each([
  'loading shop: pg_restore exited 1: could not execute query: ERROR:  relation "public.t" does not exist',
  "loading shop: the client exited 1: ERROR 1064 (42000) at line 7: You have an error in your SQL syntax",
  "loading shop: the client exited 1: ERROR 1146 (42S02) at line 90: Table 'shop.accounts' doesn't exist",
  'loading shop: pg_restore exited 1: ERROR:  duplicate key value violates unique constraint "t_pkey"',
])("what is wrong with the dump itself is one: %s", (message) => {
  expect(whyNoVerdict(message, "shop")).toBeNull()
})

test("a person's check passes by the first value of the first row", () => {
  for (const yes of ["t\n", "42\n", "1\t0\n", "keeper|x\n0\n", "true\n", "-1\n"])
    expect(isYes(yes)).toBe(true)
  for (const no of ["", "\n", "0\n", "f\n", "false\n1\n", "NULL\t1\n", "0|7\n"]) expect(isYes(no)).toBe(false)
})
