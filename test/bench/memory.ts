// Resident memory of a process, as the kernel counts it.
import { readFileSync, writeFileSync } from "node:fs"

/** Megabytes of 10^6 bytes: now, and the peak since the last reset. */
export function memory(pid: number): { readonly nowMegabytes: number; readonly peakMegabytes: number } {
  const status = readFileSync(`/proc/${pid}/status`, "utf8")
  const field = (name: string) =>
    (Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(status)?.[1] ?? Number.NaN) * 1024) / 1e6
  return { nowMegabytes: field("VmRSS"), peakMegabytes: field("VmHWM") }
}

/** Lets the peak begin anew (proc(5), clear_refs). */
export function resetPeak(pid: number): void {
  writeFileSync(`/proc/${pid}/clear_refs`, "5")
}
