// Which restores a server takes, as its label `restore` says.
import { ServerLabels } from "../../schemas/labels.ts"
import type { RestorePlan } from "../../schemas/restore.ts"
import type { ContainerFacts } from "../ports.ts"
import { Fault } from "./fault.ts"

type Allowed = ServerLabels["restore"]

/** Asked by itself: a mistake in another label must not open what this one closes. */
export function askedRestore({ labels }: ContainerFacts, prefix: string): Allowed {
  return ServerLabels.shape.restore.safeParse(labels[`${prefix}.restore`]).data ?? "allow"
}

export function stricter(a: Allowed, b: Allowed): Allowed {
  const strictness = ["allow", "new-only", "deny"] as const
  return strictness.indexOf(a) > strictness.indexOf(b) ? a : b
}

/** Throws a Fault `restore-denied` when a server takes no restores, or none of this mode. A server that is gone has nothing to say. */
export function requireRestorable(
  server: { readonly name: string; readonly restore: Allowed } | undefined,
  mode: RestorePlan["mode"],
): void {
  if (server === undefined || server.restore === "allow") return
  // Globals take nobody's place: what is there stays as it is.
  if (server.restore === "new-only" && (mode === "new" || mode === "globals")) return
  const what =
    server.restore === "deny"
      ? "no restores"
      : "no restores in the place of a database, nor into one that is there"
  throw new Fault(
    "restore-denied",
    `${server.name} takes ${what}: its label restore=${server.restore} says so`,
    {
      hint: "Take the label away for the time of the restore, or restore elsewhere with the commands in the manifest.",
    },
  )
}
