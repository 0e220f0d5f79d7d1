// Waits for long work to end.
import { setTimeout as sleep } from "node:timers/promises"

/** Asks until the record is neither queued nor running. */
export async function poll<T extends { readonly status: string }>(ask: () => Promise<T>): Promise<T> {
  for (;;) {
    const record = await ask()
    if (record.status !== "queued" && record.status !== "running") return record
    await sleep(300)
  }
}
