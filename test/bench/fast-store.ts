// An S3 protocol server that is as fast as memory: it keeps the digest and the size of what it is given, not the bytes. Run as a
// process of its own, it prints its port. What was not kept cannot be read back, so its digests have to be believed.
import { createHash } from "node:crypto"

interface Kept {
  readonly bytes: number
  readonly etag: string
  readonly body: Buffer | null
}

const objects = new Map<string, Kept>()
const uploads = new Map<string, Map<number, { readonly bytes: number; readonly md5: Buffer }>>()
/** Manifests are read back, dumps are not. */
const keptWhole = 1024 * 1024

const xml = (body: string) => new Response(body, { headers: { "content-type": "application/xml" } })
const result = (name: string, body: string) =>
  xml(`<?xml version="1.0" encoding="UTF-8"?><${name}>${body}</${name}>`)

async function take(request: Request): Promise<{ bytes: number; md5: Buffer; body: Buffer | null }> {
  const hash = createHash("md5")
  const pieces: Uint8Array[] = []
  let bytes = 0
  for await (const piece of request.body ?? []) {
    hash.update(piece)
    bytes += piece.length
    if (bytes <= keptWhole) pieces.push(piece)
  }
  return { bytes, md5: hash.digest(), body: bytes <= keptWhole ? Buffer.concat(pieces) : null }
}

async function put(request: Request, key: string, query: URLSearchParams): Promise<Response> {
  const { bytes, md5, body } = await take(request)
  const etag = `"${md5.toString("hex")}"`
  const upload = query.get("uploadId")
  if (upload === null) objects.set(key, { bytes, etag, body })
  else uploads.get(upload)?.set(Number(query.get("partNumber")), { bytes, md5 })
  return new Response(null, { headers: { etag } })
}

function post(key: string, query: URLSearchParams): Response {
  const upload = query.get("uploadId")
  if (upload === null) {
    const id = crypto.randomUUID()
    uploads.set(id, new Map())
    return result("InitiateMultipartUploadResult", `<Key>${key}</Key><UploadId>${id}</UploadId>`)
  }
  const parts = [...(uploads.get(upload) ?? [])].sort(([a], [b]) => a - b).map(([, part]) => part)
  uploads.delete(upload)
  const md5 = createHash("md5")
    .update(Buffer.concat(parts.map((part) => part.md5)))
    .digest("hex")
  const etag = `"${md5}-${parts.length}"`
  objects.set(key, { bytes: parts.reduce((sum, part) => sum + part.bytes, 0), etag, body: null })
  return result("CompleteMultipartUploadResult", `<Key>${key}</Key><ETag>${etag}</ETag>`)
}

function get(key: string, query: URLSearchParams, head: boolean): Response {
  if (query.has("uploads")) return result("ListMultipartUploadsResult", "<IsTruncated>false</IsTruncated>")
  if (query.has("list-type")) {
    const prefix = query.get("prefix") ?? ""
    const found = [...objects].filter(([name]) => name.split("/").slice(1).join("/").startsWith(prefix))
    const contents = found.map(
      ([name, { bytes }]) =>
        `<Contents><Key>${name.split("/").slice(1).join("/")}</Key><Size>${bytes}</Size></Contents>`,
    )
    return result("ListBucketResult", `<IsTruncated>false</IsTruncated>${contents.join("")}`)
  }
  const kept = objects.get(key)
  if (!kept) return new Response(null, { status: 404 })
  const headers = { etag: kept.etag, "content-length": String(kept.bytes) }
  return new Response(head ? null : kept.body ? new Uint8Array(kept.body) : "not kept", { headers })
}

const server = Bun.serve({
  hostname: "127.0.0.1",
  port: 0,
  maxRequestBodySize: 2 ** 34,
  async fetch(request) {
    const { pathname, searchParams: query } = new URL(request.url)
    const key = decodeURIComponent(pathname.slice(1))
    if (request.method === "PUT") return await put(request, key, query)
    if (request.method === "POST") return post(key, query)
    if (request.method === "DELETE") return new Response(null, { status: objects.delete(key) ? 204 : 404 })
    return get(key, query, request.method === "HEAD")
  },
})
console.log(server.port)
