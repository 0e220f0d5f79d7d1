// Files to be restored: handed in as a form, or chosen at a destination, whose folders can be looked into.
import {
  addSource,
  browseDestination,
  getSource,
  listSources,
  removeSource,
  uploadSource,
} from "../../schemas/api.ts"
import { Identity } from "../../schemas/encryption.ts"
import { found } from "./found.ts"
import { mount } from "./mount.ts"
import { uploadedFile } from "./multipart.ts"
import { patience, untilAnswered } from "./patience.ts"
import { Refusal } from "./refusal.ts"
import type { Router } from "./router.ts"
import type { Services } from "./services.ts"

const list = "/api/restores/sources"
const locationOf = (id: string) => `${list}/${encodeURIComponent(id)}`

export function mountSources(app: Router, { sources }: Pick<Services, "sources">): void {
  mount(app, uploadSource, async (_, c) => {
    const { body } = c.req.raw
    const length = c.req.header("content-length")
    // Reading through it takes its time after the last byte has come.
    const signal = untilAnswered(c)
    const { fields, fileName, file } = await uploadedFile(body ?? empty, c.req.header("content-type") ?? "")
    const asked = {
      fileName,
      identity: identityIn(fields),
      bytes: length === undefined ? null : Number(length),
    }
    try {
      const source = await sources.upload(asked, file, signal)
      return { data: source, location: locationOf(source.id) }
    } finally {
      file.destroy()
    }
  })
  mount(app, addSource, async ({ body }, c) => {
    const source = await sources.choose({ ...body, identity: body.identity }, untilAnswered(c))
    return { data: source, location: locationOf(source.id) }
  })
  mount(app, listSources, () => ({ data: sources.list() }))
  mount(app, getSource, ({ params: { id } }) => ({ data: found(sources.source(id), "file", id, list) }))
  mount(app, removeSource, async ({ params: { id } }) => {
    const { id: known } = found(sources.source(id), "file", id, list)
    return { data: { id: known, removedAt: (await sources.forget(id)).toISOString() } }
  })
  mount(app, browseDestination, async ({ params: { name }, query: { prefix, after = null } }, c) => ({
    data: await sources.browse(name, prefix, after, patience(c)),
  }))
}

const empty: AsyncIterable<Uint8Array> = { async *[Symbol.asyncIterator]() {} }

function identityIn(fields: ReadonlyMap<string, string>): string | undefined {
  for (const name of fields.keys())
    if (name !== "identity")
      throw refused(`the form has a part ${name.slice(0, 40)}`, "It takes identity and file.")
  const text = fields.get("identity")
  if (text === undefined) return undefined
  const identity = Identity.safeParse(text.trim())
  if (identity.success) return identity.data
  throw refused("the part identity is no identity of age", "Write AGE-SECRET-KEY-1… with 74 characters.")
}

const refused = (message: string, hint: string) =>
  new Refusal({ status: 400, code: "VALIDATION_ERROR", message, hint })
