// Processor time of a process, as the kernel counts it: in ticks of a hundredth of a second.
import { readFileSync } from "node:fs"

const ticksPerSecond = 100

/** Seconds of user and system time since the process began (proc(5), fields 14 and 15 of stat). */
export function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
    .replace(/^.*\) /, "")
    .split(" ")
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond
}

/** Seconds of processor time that the process used during the work. */
export async function cpuDuring(pid: number, work: () => Promise<unknown>): Promise<number> {
  const before = cpuSeconds(pid)
  await work()
  return cpuSeconds(pid) - before
}
