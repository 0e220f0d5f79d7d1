// GET /api/backups/:id/download: the stored bytes of a backup, from the nearest destination that has them. A copy that turns out to be
// bad is looked at again, so that it is known to be, and made again.
import { z } from "zod"
import type { CompletedBackup } from "../../schemas/backup.ts"
import { nearestFirst, storedCopies, storedNowhere } from "../core/copy-order.ts"
import { Fault, faultIn, problemOf } from "../core/fault.ts"
import type { Destination } from "../ports.ts"
import { existingBackup } from "./backups.ts"
import { parseRange } from "./range.ts"
import { Refusal } from "./refusal.ts"
import { readParams, readQuery } from "./request.ts"
import type { Context, Router } from "./router.ts"
import type { Services } from "./services.ts"
import { storedBytes, webStream } from "./stored-bytes.ts"

type Needs = Pick<Services, "catalogue" | "destination" | "log" | "verifications">

// Longer than Bun's 10 s, so that a slow destination or disk of the client's is no reason to cut.
const idleSeconds = 120

const Params = z.strictObject({ id: z.string().min(1).max(600) })

export function mountDownload(app: Router, services: Needs): void {
  app.get("/api/backups/:id/download", async (c) => {
    const { id } = readParams(c, Params) as z.output<typeof Params>
    readQuery(c)
    const backup = existingBackup(services.catalogue, id)
    if (backup.status !== "completed") {
      throw new Fault("not-found", `backup ${id} is ${backup.status}: it has no bytes to download`, {
        hint: "Only a completed backup can be downloaded.",
      })
    }
    return download(c, backup, await firstCopy(backup, services, c.req.raw.signal), services)
  })
}

interface Source {
  readonly destination: Destination
  readonly key: string
}

/** The nearest stored copy that is there with the proven size. Throws the reason the last one tried is not. */
async function firstCopy(backup: CompletedBackup, services: Needs, signal: AbortSignal): Promise<Source> {
  let reason: unknown = storedNowhere()
  for (const copy of storedCopies(nearestFirst(backup, (name) => services.destination(name)?.kind))) {
    try {
      return await locate(backup, copy.destination, copy.key, services, signal)
    } catch (error) {
      reason = error
      lookAgain(services, backup, copy.destination, error)
      services.log("warn", `backup ${backup.id} cannot be read from ${copy.destination}`, {
        error: error instanceof Error ? error.message : String(error),
      })
    }
  }
  throw reason
}

/** Whether it is bad, reading all of it decides. */
function lookAgain({ verifications, log }: Needs, { id }: CompletedBackup, name: string, why: unknown): void {
  if (!["copy-mismatch", "copy-missing"].includes(faultIn(why)?.code ?? "")) return
  try {
    verifications.ask({ backupId: id, level: "checksum", destination: name, askedBy: "person" })
  } catch (error) {
    log("debug", `the copy at ${name} is not looked at again: ${problemOf(error).message}`, { backupId: id })
  }
}

async function locate(
  backup: CompletedBackup,
  name: string,
  key: string,
  services: Needs,
  signal: AbortSignal,
): Promise<Source> {
  const destination = services.destination(name)
  if (destination === undefined) {
    throw new Fault("copy-missing", `the destination ${name} that holds the copy is not defined any more`, {
      hint: "Define it again under the same name.",
    })
  }
  const size = await destination.size(key, signal)
  if (size === null) {
    throw new Fault("copy-missing", `${key} is not at ${name} any more`, {
      hint: "It was moved or deleted by something else than dbbackup. Look for it there, or use another backup.",
    })
  }
  if (size !== backup.proof.storedBytes) {
    throw new Fault(
      "copy-mismatch",
      `${key} at ${name} has ${size} bytes, its proof says ${backup.proof.storedBytes}`,
      {
        hint: "The file was changed or cut after it was stored. Use another copy or another backup.",
      },
    )
  }
  return { destination, key }
}

function download(
  c: Context,
  backup: CompletedBackup,
  { destination, key }: Source,
  services: Needs,
): Response {
  const { storedBytes: size, storedSha256: sha256 } = backup.proof
  const etag = `"${sha256}"`
  const isLocal = destination.kind === "local"
  const isSame = (c.req.header("if-range") ?? etag) === etag
  const range = parseRange(isLocal && isSame ? c.req.header("range") : undefined, size)
  if (range.kind === "unsatisfiable") {
    c.header("Content-Range", `bytes */${size}`)
    throw new Refusal({
      status: 416,
      code: "VALIDATION_ERROR",
      message: `the range asked for is beyond the ${size} bytes of the backup`,
      hint: "Ask for a range inside it, or leave the header Range out.",
    })
  }
  const { start, end } = range.kind === "part" ? range : { start: 0, end: size - 1 }
  c.env?.server?.timeout(c.req.raw, idleSeconds)
  c.header("Content-Type", "application/octet-stream")
  c.header("Content-Disposition", contentDisposition(backup.fileName))
  // Bun sends a streamed body in chunks and leaves this header out (oven-sh/bun#10507); HEAD does answer it.
  c.header("Content-Length", String(end - start + 1))
  c.header("Accept-Ranges", isLocal ? "bytes" : "none")
  c.header("ETag", etag)
  if (range.kind === "part") c.header("Content-Range", `bytes ${start}-${end}/${size}`)
  const signal = c.req.raw.signal
  const bytes = storedBytes(() => destination.read(key, signal), { size, sha256, start, end })
  const body = webStream(bytes, (error) => {
    if (signal.aborted) return
    lookAgain(services, backup, destination.name, error)
    services.log("error", `the download of backup ${backup.id} broke off`, {
      error: error instanceof Error ? error.message : String(error),
    })
  })
  return c.body(body, range.kind === "part" ? 206 : 200)
}

/** For any name: an ASCII one that old clients understand, and the whole one (RFC 5987). */
export function contentDisposition(fileName: string): string {
  const plain = fileName.replace(/[^A-Za-z0-9._~=@+-]/g, "_")
  const whole = encodeURIComponent(fileName).replace(
    /['()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  )
  return `attachment; filename="${plain}"; filename*=UTF-8''${whole}`
}
