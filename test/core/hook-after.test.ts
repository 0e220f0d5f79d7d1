import { expect, test } from "bun:test"
import { Fault } from "../../controller/core/fault.ts"
import { failedAfterSwap } from "../../controller/core/hook-after.ts"
import type { SwapRecord } from "../../controller/ports.ts"

const hook = new Fault("hook-failed", "the post-restore hook exited 3", {
  hint: "See the log.",
  key: "hooks.post-restore",
})
const swap = (keepSeconds: number) =>
  ({
    restoreId: "r1",
    database: "shop",
    keepSeconds,
    keptUntil: new Date("2026-03-02T10:00:00Z"),
  }) as never as SwapRecord

test("a hook that fails after the exchange ends the restore as failed, and says that the database is in place and how to go back", () => {
  expect(failedAfterSwap(hook, swap(3600))).toMatchObject({
    code: "hook-failed",
    key: "hooks.post-restore",
    message: "shop is the restored database now, and then the post-restore hook exited 3",
    hint: "The restore itself is done. Until 2026-03-02T10:00:00.000Z dbbackup undo r1 puts back what was there before. Of the hook: See the log.",
  })
})

test("where nothing was kept it does not promise an undo", () => {
  const { hint } = failedAfterSwap(hook, swap(0))
  expect(hint).toContain("nothing can be undone")
  expect(hint).not.toContain("dbbackup undo")
})
