// The two-phase writer of a folder: bytes go to an unfinished file, and get their name only at commit.
import { unlink } from "node:fs/promises"
import { Fault } from "../core/fault.ts"
import type { SinkWriter } from "../ports.ts"
import { localFault } from "./local-fault.ts"
import { closeHandle } from "./local-handle.ts"
import { createPartial, publishNew, writeAll } from "./local-partial.ts"
import { syncFolder } from "./local-path.ts"
import { writtenStretches } from "./local-read-back.ts"

/** Small chunks are gathered: writing 64 KiB at a time costs twice the processor time of 1 MiB (measured). */
const bufferBytes = 1 << 20
/** Synced in the background this often, so that commit has little left to wait for and a failing disk is noticed early. */
const syncEveryBytes = 64 << 20

export async function localWriter(name: string, root: string, key: string): Promise<SinkWriter> {
  const faultOf = (error: unknown): Fault => localFault(name, root, error)
  const partial = await createPartial(root, key)
  const { handle, path, final } = partial
  const buffer = Buffer.allocUnsafe(bufferBytes)
  const stretches = writtenStretches()
  let filled = 0
  let unsynced = 0
  let syncing: Promise<void> | undefined
  /** The step under way, so that an abort closes no file that is still written to. */
  let step: Promise<void> = Promise.resolve()
  let broken: Fault | undefined
  let visible = false
  let committed = false
  let closing: Promise<void> | undefined
  let aborting: Promise<void> | undefined

  function close(): Promise<void> {
    closing ??= closeHandle(handle)
    return closing
  }

  /** One at a time. What fails once stays failed: a failed fsync must never be followed by a successful one. */
  function act(work: () => Promise<void>): Promise<void> {
    if (broken) return Promise.reject(broken)
    if (aborting || committed)
      return Promise.reject(new Fault("internal", `${key} at ${name} is closed already`))
    step = work().catch((error) => {
      broken ??= faultOf(error)
      throw broken
    })
    step.catch(() => {}) // Also thrown to the caller, who may have gone.
    return step
  }
  async function flush(bytes: Buffer): Promise<void> {
    stretches.add(bytes)
    await writeAll(handle, bytes)
    unsynced += bytes.length
    if (unsynced < syncEveryBytes || syncing) return
    unsynced = 0
    syncing = handle.datasync().then(
      () => {
        syncing = undefined
      },
      (error) => {
        syncing = undefined
        broken ??= faultOf(error)
      },
    )
  }
  async function take(chunk: Buffer): Promise<void> {
    if (filled === 0 && chunk.length >= bufferBytes) return await flush(chunk)
    for (let at = 0; at < chunk.length; ) {
      const copied = chunk.copy(buffer, filled, at)
      at += copied
      filled += copied
      if (filled < bufferBytes) continue
      await flush(buffer)
      filled = 0
    }
  }

  async function publish(): Promise<void> {
    if (filled > 0) await flush(buffer.subarray(0, filled))
    await syncing
    if (broken) throw broken
    await handle.sync()
    await close()
    await publishNew(partial, () => {
      visible = true
    })
    committed = true
  }
  async function drop(): Promise<void> {
    await unlink(path).catch(() => {})
    await step.catch(() => {})
    await syncing
    await close().catch(() => {})
    if (!visible) return
    await unlink(final.file).catch(() => {})
    await syncFolder(final.folder).catch(() => {})
  }

  return {
    destination: name,
    write: (chunk) => act(() => take(chunk)),
    commit: () => act(publish),
    async abort() {
      if (!committed) aborting ??= drop()
      await aborting
    },
    async readBack(_written, signal) {
      try {
        await stretches.compare(name, final.file, signal)
        return "hash"
      } catch (error) {
        throw signal.aborted ? signal.reason : faultOf(error)
      }
    },
  }
}
