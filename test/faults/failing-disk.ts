// The real controller on a disk whose fsync fails while a file exists: the calls of Node's own file handles are answered with EIO.
import { existsSync } from "node:fs"
import { open } from "node:fs/promises"
import { serve } from "../../controller/serve.ts"

const flag = process.env.FSYNC_FAILS_WHILE ?? ""
const handle = await open("/dev/null")
const prototype: { sync(): Promise<void>; datasync(): Promise<void> } = Object.getPrototypeOf(handle)
await handle.close()

for (const name of ["sync", "datasync"] as const) {
  const real = prototype[name]
  prototype[name] = async function (this: unknown) {
    if (existsSync(flag))
      throw Object.assign(new Error("EIO: i/o error, fsync"), { code: "EIO", syscall: "fsync" })
    return await real.call(this)
  }
}

await serve(process.env)
