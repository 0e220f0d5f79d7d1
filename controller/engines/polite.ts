// A script whose tools step back for others: with the lowest priority but one for processor and disk, where the image has the means.

import type { Script } from "./engine.ts"
import politeScript from "./sh/polite.sh" with { type: "text" }

/** The same tools with the same arguments; the process that was started is still the one to end. */
export function politely({ script, args }: Script): Script {
  return { script: politeScript, args: [script, ...args] }
}
