// Every backup ever tried, newest first, filtered by the address.
import { useQuery } from "@tanstack/react-query"
import { useLocation } from "wouter"
import { useSearch } from "wouter/use-browser-location"
import { LabelExample } from "../../components/label-example.tsx"
import { Loaded } from "../../components/loading.tsx"
import { Page } from "../../components/page.tsx"
import { Pager } from "../../components/pager.tsx"
import { backupsPath } from "../../lib/paths.ts"
import { backupsQuery } from "../../lib/queries/backups.ts"
import { FilterBar } from "./filter-bar.tsx"
import { askedBy, changed, type Filters, filtersOf, withFilters } from "./filters.ts"
import { HistoryTable } from "./history-table.tsx"

export function HistoryPage() {
  const search = useSearch()
  const [, navigate] = useLocation()
  const filters = filtersOf(search)
  const backups = useQuery(backupsQuery(askedBy(filters)))
  const apply = (next: Filters) => navigate(`${backupsPath}${withFilters(search, next)}`)
  return (
    <Page title="Backups">
      <FilterBar filters={filters} onChange={apply} />
      <Loaded query={backups} what="the backups" rows={10}>
        {({ rows, page, limit, total }) => (
          <>
            {rows.length > 0 ? <HistoryTable backups={rows} /> : <Nothing filters={filters} />}
            <Pager
              page={page}
              limit={limit}
              total={total}
              noun="backup"
              onPage={(page) => apply(changed(filters, "page", page))}
            />
          </>
        )}
      </Loaded>
    </Page>
  )
}

function Nothing({ filters }: { readonly filters: Filters }) {
  const filtered = Object.keys(filters).length > 0
  return (
    <div className="border-y border-line py-4 text-sm">
      {filtered ? (
        <p>No backup matches these filters. Lift one, or widen the dates.</p>
      ) : (
        <>
          <p className="pb-3">No backup was made yet.</p>
          <LabelExample />
        </>
      )}
    </div>
  )
}
