// A store that speaks as much of S3 as this program asks of it, out of memory, and counts what it is asked. For figures, not for proofs.
import { createHash } from "node:crypto"

const pageOf = 1000

export interface QuickStore {
  readonly url: string
  readonly objects: Map<string, Uint8Array>
  /** Since the last call: how often each kind of request came. */
  counts(): Record<string, number>
  stop(): void
}

/** @param milliseconds that each answer takes longer, as a store far away would */
export function quickStore(bucket: string, milliseconds = 0): QuickStore {
  const objects = new Map<string, Uint8Array>()
  const uploads = new Map<string, Map<number, Uint8Array>>()
  let counted: Record<string, number> = {}
  let sorted: string[] | undefined

  const xml = (text: string, status = 200) =>
    new Response(`<?xml version="1.0" encoding="UTF-8"?>${text}`, {
      status,
      headers: { "content-type": "application/xml" },
    })
  const absent = () => xml("<Error><Code>NoSuchKey</Code></Error>", 404)
  const put = (key: string, body: Uint8Array) => {
    if (!objects.has(key)) sorted = undefined
    objects.set(key, body)
  }
  const drop = (key: string) => {
    if (objects.delete(key)) sorted = undefined
  }
  const etag = (body: Uint8Array) => ({ etag: `"${createHash("md5").update(body).digest("hex")}"` })

  function list(query: URLSearchParams): Response {
    sorted ??= [...objects.keys()].sort()
    const prefix = query.get("prefix") ?? ""
    const after = query.get("continuation-token") ?? ""
    const found = sorted.filter((key) => key.startsWith(prefix) && key > after)
    const page = found.slice(0, Math.min(pageOf, Number(query.get("max-keys") ?? pageOf)))
    const more =
      found.length > page.length ? `<NextContinuationToken>${page.at(-1)}</NextContinuationToken>` : ""
    const contents = page.map(
      (key) =>
        `<Contents><Key>${key}</Key><Size>${objects.get(key)?.length}</Size><LastModified>2026-01-01T00:00:00.000Z</LastModified></Contents>`,
    )
    return xml(
      `<ListBucketResult><IsTruncated>${more !== ""}</IsTruncated>${more}${contents.join("")}</ListBucketResult>`,
    )
  }

  async function answer(request: Request): Promise<[kind: string, answer: Response]> {
    const { pathname, searchParams: query } = new URL(request.url)
    const key = decodeURIComponent(pathname).slice(bucket.length + 2)
    const { method } = request
    const body = new Uint8Array(await request.arrayBuffer())
    if (method === "GET" && key === "")
      return query.has("uploads")
        ? ["ListMultipartUploads", xml("<ListMultipartUploadsResult/>")]
        : ["ListObjectsV2", list(query)]
    if (method === "POST" && query.has("delete")) {
      const keys = [...new TextDecoder().decode(body).matchAll(/<Key>([^<]*)<\/Key>/g)].map(
        ([, name = ""]) => name,
      )
      for (const name of keys) drop(name)
      return [
        "DeleteObjects",
        xml(
          `<DeleteResult>${keys.map((name) => `<Deleted><Key>${name}</Key></Deleted>`).join("")}</DeleteResult>`,
        ),
      ]
    }
    if (method === "POST" && query.has("uploads")) {
      uploads.set(key, new Map())
      return ["CreateMultipartUpload", xml(`<R><UploadId>1</UploadId></R>`)]
    }
    if (method === "POST") {
      const parts = [...(uploads.get(key) ?? [])].sort(([a], [b]) => a - b).map(([, part]) => part)
      put(key, Buffer.concat(parts))
      return ["CompleteMultipartUpload", xml("<R/>")]
    }
    if (method === "PUT" && query.has("partNumber")) {
      uploads.get(key)?.set(Number(query.get("partNumber")), body)
      return ["UploadPart", new Response(null, { headers: etag(body) })]
    }
    if (method === "PUT") {
      put(key, body)
      return ["PutObject", new Response(null, { headers: etag(body) })]
    }
    if (method === "DELETE") {
      drop(key)
      return ["DeleteObject", new Response(null, { status: 204 })]
    }
    const found = objects.get(key)
    if (method === "HEAD") {
      const headers = { ...etag(found ?? body), "content-length": String(found?.length) }
      return ["HeadObject", found ? new Response(null, { headers }) : new Response(null, { status: 404 })]
    }
    return ["GetObject", found ? new Response(new Uint8Array(found), { headers: etag(found) }) : absent()]
  }

  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    idleTimeout: 0,
    async fetch(request) {
      const [kind, response] = await answer(request)
      counted[kind] = (counted[kind] ?? 0) + 1
      if (milliseconds > 0) await Bun.sleep(milliseconds)
      return response
    },
  })
  return {
    url: server.url.origin,
    objects,
    counts() {
      const counts = counted
      counted = {}
      return counts
    },
    stop: () => void server.stop(true),
  }
}
