// Replaced databases are dropped once their time is over, once each, and again later while that fails.
import { expect, test } from "bun:test"
import type { SwapRecord } from "../../controller/ports.ts"
import { createKeptDatabases } from "../../controller/reconcile/kept-databases.ts"
import type { Work } from "../../controller/reconcile/queue.ts"

test("are dropped when it is time, not before, not twice at once, and tried again after a while", async () => {
  let now = 1_000_000
  const at = (milliseconds: number) => new Date(milliseconds)
  const swap = (restoreId: string, state: SwapRecord["state"], keptUntil: Date | null) =>
    ({ restoreId, serverId: "s", state, keptUntil }) as SwapRecord
  const swaps = [
    swap("due", "kept", at(now)),
    swap("later", "kept", at(now + 10_000)),
    swap("open", "exchanging", at(0)),
  ]
  const queued: Omit<Work, "queuedAt">[] = []
  const dropped: string[] = []
  const { check } = createKeptDatabases({
    catalogue: { swaps: () => swaps },
    queue: { add: (work) => void queued.push(work) },
    clock: () => at(now),
    newId: () => "w",
    drop: async ({ restoreId }) => void dropped.push(restoreId),
    signal: new AbortController().signal,
  })
  const runAll = () =>
    Promise.all(queued.splice(0).map((work) => work.run(new AbortController().signal, (wait) => wait())))
  check()
  check()
  expect(queued).toHaveLength(1)
  await runAll()
  expect(dropped).toEqual(["due"])
  now += 10_000
  check()
  await runAll()
  expect(dropped).toEqual(["due", "later"])
  now += 5 * 60_000
  check()
  await runAll()
  expect(dropped).toEqual(["due", "later", "due", "later"])
})
