// An engine that cannot rename a database refuses a swap, and says what to do instead.
import { expect, test } from "bun:test"
import { rulesFor } from "../../controller/engines/registry.ts"
import { swappingOf } from "../../controller/jobs/exchange.ts"
import type { Look } from "../../controller/jobs/probe.ts"

test("a swap of a MySQL or MariaDB database is refused with the reason", () => {
  for (const engine of ["mysql", "mariadb"] as const)
    expect(() => swappingOf({ rules: rulesFor(engine) } as Look)).toThrow(
      `${engine} cannot rename a database`,
    )
})
