// Whether a server's tools run in its own container or in one beside it.
import type { JobLabels } from "../../schemas/labels.ts"
import type { Engine } from "../../schemas/scalar.ts"

export type Method = JobLabels["method"]

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
