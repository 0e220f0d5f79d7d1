// The type of the Hono app: what each request carries, and what the server hands in with it.
import type { Hono, Context as HonoContext } from "hono"

export interface Env {
  Variables: {
    requestId: string
    /** What labels begin with, for texts that name one. */
    labelPrefix: string
  }
  /** Absent when the app is called without a socket, as tests do. */
  Bindings: { server?: Bun.Server<undefined> }
}

export type Router = Hono<Env>
export type Context = HonoContext<Env>
