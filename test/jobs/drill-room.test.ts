import { expect, test } from "bun:test"
import { neededBytes, requireScratchRoom } from "../../controller/jobs/drill-room.ts"
import type { DrillServer } from "../../controller/jobs/drill-server.ts"
import type { Docker } from "../../controller/ports.ts"
import { clientOf } from "./df-answer.ts"

const mebibytes = (n: number) => n * 2 ** 20
const manifest = {
  proof: { rawBytes: mebibytes(100) },
  fingerprint: { databaseBytes: mebibytes(400) },
} as never
const { fingerprint: _, ...unmeasured } = manifest as { fingerprint: unknown; proof: unknown }

const drill = (answer: string, code = 0) => {
  const docker = clientOf(answer, code) as Docker
  const ready = { server: { dataPath: "/data" }, look: { place: { containerId: "c" } } } as DrillServer
  return requireScratchRoom(docker, ready, manifest, new AbortController().signal)
}
const df = (kibibytes: number) =>
  `Filesystem 1024-blocks Used Available Capacity Mounted on\n/dev/vda 264000000 40000000 ${kibibytes} 38% /data\n`

test("twice the size on the server is needed, or four times the dump where that was not measured", () => {
  expect(neededBytes(manifest)).toBe(mebibytes(800))
  expect(neededBytes(unmeasured as never)).toBe(mebibytes(400))
})

test("a disk that would have less than 512 MiB left refuses the drill, and says so", async () => {
  await drill(df((800 + 512) * 1024))
  await expect(drill(df((800 + 512) * 1024 - 1))).rejects.toMatchObject({
    code: "disk-full",
    message: "the disk of the Docker engine has 1311 MiB left, and a drill of this backup may need 1312 MiB",
  })
  await expect(drill(df(0))).rejects.toMatchObject({ code: "disk-full" })
})

test("where nobody can say how much room there is, it is tried", async () => {
  await drill("", 127)
  await drill("df: no such file")
})
