// The care for orphans as it is composed in the controller, for tests of what stands around it.
import { adoptOrphans, cleanOrphans, lookForOrphans, mendMissing } from "../../controller/jobs/orphans.ts"
import type { Catalogue, Destination } from "../../controller/ports.ts"
import { createOrphanCare, type OrphanCare } from "../../controller/reconcile/orphans.ts"

export function orphanCareOf(
  destinations: readonly Destination[],
  catalogue: Catalogue,
  clock: () => Date = () => new Date("2026-03-10T12:00:00Z"),
): OrphanCare {
  const deps = {
    catalogue,
    clock,
    graceSeconds: () => 24 * 3600,
    log: () => {},
    known: () => new Map(catalogue.servers().map((record) => [record.id as string, record])),
    remember: catalogue.saveServer,
  }
  return createOrphanCare({
    destinations: new Map(destinations.map((destination) => [destination.name, destination])),
    look: (at, signal) => lookForOrphans(deps, at, signal),
    adopt: (at, keys, signal) => adoptOrphans(deps, at, keys, signal),
    clean: (at, asked, signal) => cleanOrphans(deps, at, asked, signal),
    mend: (at, keys, signal) => mendMissing(deps, at, keys, signal),
  })
}
