// A real S3 protocol server in a container, for the tests that need one.
import { must, run } from "./command.ts"
import { ensureImage } from "./images.ts"
import { until } from "./until.ts"

export const storeImage = "motoserver/moto:5.1.0"

export interface BucketStore {
  readonly endpoint: string
  remove(): Promise<void>
}

export async function startBucketStore(): Promise<BucketStore> {
  await ensureImage(storeImage)
  const name = `dbbackup-test-store-${Math.random().toString(36).slice(2, 8)}`
  await must(["docker", "run", "--detach", "--name", name, "--publish", "127.0.0.1::5000", storeImage])
  const address = (await must(["docker", "port", name, "5000/tcp"])).trim().split("\n")[0]
  const endpoint = `http://${address}`
  await until(
    "the store answers",
    async () => (await fetch(endpoint).catch(() => undefined))?.status !== undefined,
  )
  return {
    endpoint,
    remove: async () => {
      await run(["docker", "rm", "--force", "--volumes", name])
    },
  }
}
