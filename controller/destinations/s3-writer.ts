// The two-phase writer of a bucket. An object becomes visible when its upload ends, so the end is held back until commit.
import { PassThrough, type Readable } from "node:stream"
import { Fault } from "../core/fault.ts"
import type { SinkWriter } from "../ports.ts"

/** What the writer needs of one upload. Errors are Faults. */
export interface S3Upload {
  /** Reads the body at the network's pace. Resolves once the object is there; a body that errors ends the upload without a trace. */
  run(body: Readable): Promise<void>
  /** Refuses the second of two commits at a time, and any where there is an object already. Returns how to give the claim back. */
  claim(): Promise<() => void>
  remove(): Promise<void>
}

export function s3Writer(destination: string, key: string, upload: S3Upload): SinkWriter {
  const body = new PassThrough({ highWaterMark: 1 << 20 })
  body.on("error", () => {}) // The upload rejects with it.
  let broken: unknown
  let state: "open" | "ended" | "committed" | "aborted" = "open"
  const done = upload.run(body)
  const failed = new Promise<void>((resolve) => {
    done.catch((error: unknown) => {
      broken ??= error
      resolve()
    })
  })
  const requireOpen = (): void => {
    if (broken) throw broken
    if (state !== "open") throw new Fault("internal", `${key} at ${destination} is closed already`)
  }

  return {
    destination,
    async write(chunk) {
      requireOpen()
      if (body.write(chunk)) return
      await Promise.race([failed, drained(body)])
      requireOpen()
    },
    async commit() {
      requireOpen()
      let release: (() => void) | undefined
      try {
        release = await upload.claim()
        requireOpen()
        state = "ended"
        body.end()
        await done
        state = "committed"
      } catch (error) {
        broken ??= error
        throw error
      } finally {
        release?.()
      }
    },
    async abort(reason) {
      if (state === "committed" || state === "aborted") return await settled(done)
      const maybeVisible = state === "ended"
      state = "aborted"
      body.destroy(reason instanceof Error ? reason : new Error(String(reason)))
      await settled(done)
      // An answer that was lost may have been a success.
      if (maybeVisible) await settled(upload.remove())
    },
  }
}

function drained(body: PassThrough): Promise<void> {
  return new Promise((resolve) => {
    body.once("drain", resolve)
    body.once("close", resolve)
  })
}

async function settled(promise: Promise<unknown>): Promise<void> {
  await promise.catch(() => {})
}
