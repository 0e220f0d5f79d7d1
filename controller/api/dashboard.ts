// Serves the built dashboard: its files, and its one page for every path that is none of them.
import { createHash } from "node:crypto"
import { join, normalize } from "node:path"
import type { Context, Router } from "./router.ts"

/** `folder` is where the build lies; null, or a folder without index.html, gives a page that says how to build it. */
export function mountDashboard(app: Router, folder: string | null): void {
  app.get("*", async (c) => {
    const path = pathOf(c.req.path)
    const file = folder === null || path === undefined ? undefined : Bun.file(join(folder, path))
    if (file && path !== undefined && path !== "/index.html" && (await isFile(file))) return asset(file, path)
    // A script or image that is gone must not answer with a page; the page of a database named app.js must.
    if (path === undefined || /^\/assets\/|^\/[^/]+\.(js|css|map|png|svg|ico|woff2?)$/.test(path)) {
      return c.text("not found", 404)
    }
    return page(c, folder)
  })
}

function asset(file: Bun.BunFile, path: string): Response {
  // The build puts a hash of the content into the names under assets/, so those never change.
  const caching = path.startsWith("/assets/") ? "public, max-age=31536000, immutable" : "no-cache"
  return new Response(file, { headers: { "Cache-Control": caching, "Content-Type": file.type } })
}

async function page(c: Context, folder: string | null): Promise<Response> {
  c.header("Cache-Control", "no-cache")
  const index = folder === null ? undefined : Bun.file(join(folder, "index.html"))
  const isBuilt = index !== undefined && (await isFile(index))
  const html = isBuilt ? await index.text() : notBuilt
  c.header("Content-Security-Policy", contentSecurityPolicy(html))
  return c.html(html, isBuilt ? 200 : 503)
}

/**
 * Only what this origin serves: no other host is asked for anything, and nothing may frame the page. Scripts written into
 * the page by its build are allowed by their hash. Styles may be inline: the dialogs' scroll lock writes some.
 */
export function contentSecurityPolicy(html: string): string {
  const inline = [...html.matchAll(/<script(?![^>]*\ssrc=)[^>]*>([\s\S]*?)<\/script>/g)]
  const hashes = inline.map(
    ([, script = ""]) => ` 'sha256-${createHash("sha256").update(script).digest("base64")}'`,
  )
  return [
    "default-src 'none'",
    `script-src 'self'${hashes.join("")}`,
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join("; ")
}

async function isFile(file: Bun.BunFile): Promise<boolean> {
  return (await file.exists()) && (await file.stat()).isFile()
}

/** The decoded path, or undefined when it tries to leave the folder. */
function pathOf(raw: string): string | undefined {
  try {
    const path = decodeURIComponent(raw)
    return path.includes("\0") || path.includes("\\") || normalize(path) !== path ? undefined : path
  } catch {
    return undefined
  }
}

const notBuilt = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="color-scheme" content="light dark">
<title>dbbackup</title>
<body style="font-family: system-ui; max-width: 40rem; margin: 10vh auto; padding: 0 1rem; line-height: 1.5">
<h1>The controller works. Its dashboard is not built.</h1>
<p>Run <code>npm run build</code> in dbbackup's folder and reload this page. The image has it built in.</p>
<p>The API needs no dashboard: see <a href="/api/system/status">/api/system/status</a> and
<a href="/api/databases">/api/databases</a>.</p>
</body>
</html>
`
