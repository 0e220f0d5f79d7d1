// Retention policies by name, and what one would keep and delete of the backups there are. Nothing here deletes anything.
import {
  changeRetentionPolicy,
  createRetentionPolicy,
  deleteRetentionPolicy,
  getRetentionPolicy,
  listRetentionPolicies,
  lookAtRetention,
  previewRetention,
  previewRetentionPolicy,
} from "../../schemas/api.ts"
import { found } from "./found.ts"
import { mount } from "./mount.ts"
import type { Router } from "./router.ts"
import type { Services } from "./services.ts"

export function mountRetentionPolicies(
  app: Router,
  { retentionPolicies }: Pick<Services, "retentionPolicies">,
): void {
  const policyNamed = (id: string) =>
    found(
      retentionPolicies.list().find((policy) => policy.id === id),
      "retention policy",
      id,
      "/api/retention-policies",
    )

  mount(app, lookAtRetention, ({ query }) => ({ data: retentionPolicies.preview(query) }))
  mount(app, previewRetention, ({ body }) => ({ data: retentionPolicies.preview(body) }))
  mount(app, listRetentionPolicies, () => ({ data: retentionPolicies.list() }))
  mount(app, createRetentionPolicy, ({ body }) => {
    const data = retentionPolicies.add(body)
    return { data, location: `/api/retention-policies/${data.id}` }
  })
  mount(app, getRetentionPolicy, ({ params: { id } }) => ({ data: policyNamed(id) }))
  mount(app, changeRetentionPolicy, ({ params: { id }, body }) => ({
    data: retentionPolicies.change(id, body),
  }))
  mount(app, deleteRetentionPolicy, ({ params: { id } }) => ({
    data: { id, deletedAt: retentionPolicies.remove(id).toISOString() },
  }))
  mount(app, previewRetentionPolicy, ({ params: { id }, body }) => {
    const { name } = policyNamed(id)
    return { data: retentionPolicies.preview({ ...body, retention: name }) }
  })
}
