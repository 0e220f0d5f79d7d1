// A note beside the catalogue of what must be known when the catalogue itself cannot be read: whose it is, whether it was
// closed, and whether it is being made again.
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeSync } from "node:fs"
import { dirname } from "node:path"
import { z } from "zod"
import type { Mending } from "../ports.ts"

const Time = z.iso.datetime().transform((text) => new Date(text))
const About = z.object({
  installation: z.string().min(1).nullable(),
  /** A process has it open, or had when it ended without a word. */
  open: z.boolean(),
  mending: z
    .object({
      since: Time,
      why: z.string(),
      setAside: z.string().nullable(),
      anew: z.boolean(),
      installation: z.string().nullable(),
      copy: z.object({ from: z.string(), madeAt: Time }).nullable(),
      done: z.array(z.string()),
    })
    .nullable(),
})
export interface About {
  readonly installation: string | null
  readonly open: boolean
  readonly mending: Mending | null
}

const nothing: About = { installation: null, open: false, mending: null }
const fileOf = (path: string) => `${path}.about.json`

/** What the note says; one that is missing or unreadable says nothing. */
export function readAbout(path: string): About {
  try {
    return About.parse(JSON.parse(readFileSync(fileOf(path), "utf8")))
  } catch {
    return nothing
  }
}

/** Durably, all or nothing. Throws when it cannot be written. */
export function writeAbout(path: string, about: About): void {
  const part = `${fileOf(path)}.part`
  rmSync(part, { force: true })
  const file = openSync(part, "wx", 0o600)
  try {
    writeSync(file, `${JSON.stringify(about)}\n`)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  renameSync(part, fileOf(path))
  const folder = openSync(dirname(path), "r")
  try {
    fsyncSync(folder)
  } catch {
    // A file system that cannot sync folders keeps the name anyway, but for a power cut.
  } finally {
    closeSync(folder)
  }
}
