// Keeps other websites' pages out. There is no login yet, so a browser on this machine must not become their hand.
import type { MiddlewareHandler } from "hono"
import { Refusal } from "./refusal.ts"
import type { Env } from "./router.ts"

const safeMethods = new Set(["GET", "HEAD", "OPTIONS"])

/**
 * Refuses what a page of another site makes a browser send (CSRF). Browsers say where a request comes from, in
 * Sec-Fetch-Site or Origin; a client that says neither is no browser. Another port of the same host counts as another site.
 */
export function refuseOtherSites(): MiddlewareHandler<Env> {
  return async (c, next) => {
    const site = c.req.header("sec-fetch-site")
    const origin = c.req.header("origin")
    const ours =
      site !== undefined
        ? site === "same-origin" || site === "none"
        : origin === undefined || hostOfOrigin(origin) === hostHeader(c.req)
    if (!safeMethods.has(c.req.method) && !ours) {
      throw new Refusal({
        status: 403,
        code: "FORBIDDEN",
        message: "a page of another site may not do this",
        hint: "Use the dashboard at the address dbbackup listens on, or a client that is no browser.",
      })
    }
    await next()
  }
}

/**
 * Answers only to this machine's own names: a name of somebody else's that resolves here is DNS rebinding, which makes
 * their page and this API one site to the browser.
 */
export function refuseOtherNames(address: string): MiddlewareHandler<Env> {
  const known = new Set(["localhost", "127.0.0.1", "[::1]", bracketed(address).toLowerCase()])
  return async (c, next) => {
    const host = hostHeader(c.req)
    if (!known.has(host.replace(/:\d+$/, ""))) {
      throw new Refusal({
        status: 403,
        code: "FORBIDDEN",
        message: `this controller does not answer to the name ${host.slice(0, 100)}`,
        hint: "It listens on loopback only: use http://localhost, or set HOSTNAME to an address that others may use.",
      })
    }
    await next()
  }
}

type Request = { header(name: string): string | undefined; readonly url: string }

const hostHeader = (request: Request) => (request.header("host") ?? new URL(request.url).host).toLowerCase()

function hostOfOrigin(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined
}

const bracketed = (address: string) =>
  address.includes(":") && !address.startsWith("[") ? `[${address}]` : address
