import { afterAll, beforeAll, describe, expect, test } from "bun:test"
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { ask, aWorld, type World } from "./samples.ts"

const folder = mkdtempSync(join(tmpdir(), "dbbackup-dashboard-"))
let built: World
beforeAll(() => {
  const dist = join(folder, "dist")
  mkdirSync(join(dist, "assets"), { recursive: true })
  writeFileSync(
    join(dist, "index.html"),
    "<!doctype html><script>theme()</script><script src=/assets/a.js></script>",
  )
  writeFileSync(join(dist, "assets", "index-1a2b3c.js"), "console.log(1)")
  writeFileSync(join(dist, "favicon.svg"), "<svg/>")
  writeFileSync(join(folder, "secret.txt"), "hunter2")
  built = aWorld({ staticFiles: dist })
})
afterAll(() => {
  built.remove()
  rmSync(folder, { recursive: true, force: true })
})

describe("the dashboard", () => {
  test("answers its page on every path of its own, asked for anew each time", async () => {
    for (const path of ["/", "/index.html", "/backups", "/databases/shop~db%3Ashop", "/backups/01.2"]) {
      const { status, headers, body } = await ask(built, path)
      expect([path, status, headers.get("cache-control")]).toEqual([path, 200, "no-cache"])
      expect(body).toContain("<!doctype html>")
    }
  })

  test("allows its own scripts only: those it serves, and the one its page has inside, by hash", async () => {
    const { headers } = await ask(built, "/")
    const policy = headers.get("content-security-policy") ?? ""
    const hash = new Bun.CryptoHasher("sha256").update("theme()").digest("base64")
    expect(policy).toContain(`script-src 'self' 'sha256-${hash}';`)
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).not.toMatch(/script-src[^;]*unsafe/)
  })

  test("serves files with a hash in their name for ever, others anew", async () => {
    const asset = await ask(built, "/assets/index-1a2b3c.js")
    expect([asset.status, asset.body]).toEqual([200, "console.log(1)"])
    expect(asset.headers.get("cache-control")).toBe("public, max-age=31536000, immutable")
    expect(asset.headers.get("content-type")).toContain("javascript")
    expect(asset.headers.get("x-content-type-options")).toBe("nosniff")
    expect((await ask(built, "/favicon.svg")).headers.get("cache-control")).toBe("no-cache")
  })

  test("does not answer a page for a script that is gone, nor for a folder", async () => {
    expect((await ask(built, "/assets/index-old.js")).status).toBe(404)
    expect((await ask(built, "/missing.css")).status).toBe(404)
    expect((await ask(built, "/assets/")).status).toBe(404)
  })

  test("never leaves its folder", async () => {
    const paths = [
      "/../secret.txt",
      "/%2e%2e/secret.txt",
      "/..%2fsecret.txt",
      "/assets/..%2f..%2fsecret.txt",
      "/%5c..%5csecret.txt",
      "/%00",
    ]
    for (const path of paths) {
      const { body } = await ask(built, path)
      expect([path, String(body).includes("hunter2")]).toEqual([path, false])
    }
    expect((await ask(built, "/..%2fsecret.txt")).status).toBe(404)
  })

  test("that is not built says how to build it, and leaves the API alone", async () => {
    for (const staticFiles of [null, join(folder, "nowhere")]) {
      const unbuilt = aWorld({ staticFiles })
      const { status, body } = await ask(unbuilt, "/")
      expect([status, String(body)]).toEqual([503, expect.stringContaining("npm run build")])
      expect((await ask(unbuilt, "/api/health/live")).status).toBe(200)
      unbuilt.remove()
    }
  })
})
