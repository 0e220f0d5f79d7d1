// Whether a server's tools run in its own container or in one beside it.
import type { JobLabels } from "../../schemas/labels.ts"
import type { Engine } from "../../schemas/scalar.ts"

/** Where a tool runs. A job may also leave it open, `auto`: its dumps are then placed one by one. */
export type Method = Exclude<JobLabels["method"], "auto">

/** What the operator allows a helper container. */
export interface HelperSettings {
  readonly memoryBytes: number
  /** Local images with an engine's tools, for servers whose own lacks them. */
  readonly images: Readonly<Partial<Record<Engine, string>>>
}

export const usualHelper: HelperSettings = { memoryBytes: 2 * 2 ** 30, images: {} }

/** How a server is looked into when no job is at work: a helper only where every job asks for one. */
export function methodOf(specs: readonly Pick<JobLabels, "method">[]): Method {
  return specs.length > 0 && specs.every(({ method }) => method === "helper") ? "helper" : "exec"
}

/**
 * Docker hands on a helper's output at a fifth less cost than an exec's, and takes half a second to make one: it pays from about
 * a hundred megabytes on (`bun run bench method`).
 */
export const helperPaysFromBytes = 128 * 2 ** 20

/**
 * Whether a dump or a load that may run in either place is better made in a helper.
 * @param rawBytes of the load; that left the server at the last good dump of it, 0 when there was none
 * @param attempt of the run. What failed is tried again the plain way
 */
export function helperPays(rawBytes: number, attempt: number): boolean {
  return attempt === 1 && rawBytes >= helperPaysFromBytes
}
