// The side of beside.ts that runs on a thread of its own, over a connection of its own.
import { Database } from "bun:sqlite"
import { damageIn } from "./damage.ts"

declare const self: Worker

export type Work =
  | { readonly kind: "copy"; readonly path: string; readonly target: string }
  | { readonly kind: "verify"; readonly path: string }
export type Done =
  | { readonly kind: "copied"; readonly schema: number }
  | { readonly kind: "verified"; readonly damage: string | null }
  | { readonly kind: "failed"; readonly message: string; readonly code: string | null }

self.onmessage = ({ data }: MessageEvent<Work>) => {
  let db: Database | undefined
  let done: Done
  try {
    db = new Database(data.path, { readwrite: true, strict: true })
    db.run("PRAGMA busy_timeout = 5000")
    done = carryOut(db, data)
  } catch (error) {
    const { message, code = null } = error as Error & { code?: string }
    done = { kind: "failed", message, code }
  } finally {
    db?.close()
  }
  self.postMessage(done)
}

function carryOut(db: Database, work: Work): Done {
  if (work.kind === "verify") return { kind: "verified", damage: damageIn(db, work.path) }
  db.query("VACUUM INTO ?").run(work.target)
  const schema = Number(db.query("PRAGMA user_version").values()[0]?.[0] ?? 0)
  return { kind: "copied", schema }
}
