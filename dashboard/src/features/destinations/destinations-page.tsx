// Where backups are kept: each folder and bucket with its state, the room that is left, and a test.
import { useQuery } from "@tanstack/react-query"
import { Loaded } from "../../components/loading.tsx"
import { Page } from "../../components/page.tsx"
import { bucketsQuery } from "../../lib/queries/buckets.ts"
import { statusQuery } from "../../lib/queries/status.ts"
import { CatalogueSection } from "./catalogue-section.tsx"
import { DestinationTable } from "./destination-table.tsx"
import { OrphansFold } from "./orphans-fold.tsx"

export function DestinationsPage() {
  const status = useQuery(statusQuery())
  const buckets = useQuery(bucketsQuery())
  return (
    <Page title="Destinations">
      <Loaded query={status} what="the destinations" rows={4}>
        {({ destinations }) => (
          <Loaded query={buckets} what="the buckets" rows={4}>
            {(buckets) => (
              <>
                <DestinationTable destinations={destinations} buckets={buckets} />
                <div className="mt-6">
                  {destinations.map(({ name }) => (
                    <OrphansFold key={name} name={name} />
                  ))}
                </div>
              </>
            )}
          </Loaded>
        )}
      </Loaded>
      <p className="mt-4 max-w-prose text-sm text-muted">
        Folders and buckets are defined in the settings; buckets also over the API, with{" "}
        <code className="font-mono text-xs">POST /api/s3-configs</code>. A job stores at all of them, or at
        those that its label <code className="font-mono text-xs">destinations</code> names.
      </p>
      <div className="mt-8">
        <CatalogueSection />
      </div>
    </Page>
  )
}
