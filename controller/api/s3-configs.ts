// Buckets: those of the settings, to be read, and those that people configure here. Keys come in and never go out.
import {
  bucketsOfS3Config,
  changeS3Config,
  createS3Config,
  deleteS3Config,
  getS3Config,
  listS3Configs,
  testS3Config,
} from "../../schemas/api.ts"
import { found } from "./found.ts"
import { mount } from "./mount.ts"
import { patience } from "./patience.ts"
import type { Router } from "./router.ts"
import type { Services } from "./services.ts"

export function mountS3Configs(app: Router, { buckets }: Pick<Services, "buckets">): void {
  mount(app, listS3Configs, () => ({ data: buckets.list() }))
  mount(app, createS3Config, ({ body }) => {
    const data = buckets.add(body)
    return { data, location: `/api/s3-configs/${data.id}` }
  })
  mount(app, getS3Config, ({ params: { id } }) => ({
    data: found(
      buckets.list().find((bucket) => bucket.id === id),
      "bucket",
      id,
      "/api/s3-configs",
    ),
  }))
  mount(app, changeS3Config, ({ params: { id }, body }) => ({ data: buckets.change(id, body) }))
  mount(app, deleteS3Config, ({ params: { id } }) => ({
    data: { id, deletedAt: buckets.remove(id).toISOString() },
  }))
  mount(app, testS3Config, async ({ params: { id } }, c) => ({ data: await buckets.test(id, patience(c)) }))
  mount(app, bucketsOfS3Config, async ({ params: { id } }, c) => ({
    data: await buckets.neighbours(id, patience(c)),
  }))
}
