// Waits for a condition of the world, never for a length of time.
import { setTimeout as sleep } from "node:timers/promises"

/** The first value that is not undefined, false or null. Throws after the limit, saying what was waited for. */
export async function until<T>(
  what: string,
  ask: () => T | Promise<T>,
  limitSeconds = 120,
): Promise<NonNullable<Exclude<T, false>>> {
  const end = performance.now() + limitSeconds * 1000
  for (;;) {
    const began = performance.now()
    const value = await ask()
    if (value !== undefined && value !== null && value !== false)
      return value as NonNullable<Exclude<T, false>>
    if (performance.now() > end) throw new Error(`waited ${limitSeconds} s in vain: ${what}`)
    // What takes long to ask takes a processor from what is waited for.
    await sleep(Math.max(100, performance.now() - began))
  }
}
