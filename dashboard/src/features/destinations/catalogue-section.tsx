// The list of all backups, as a file: how large, when it was last copied to which destination, and whether it is being made again.
import { useMutation, useQuery } from "@tanstack/react-query"
import type { CatalogueState } from "../../../../schemas/catalogue.ts"
import { Button } from "../../components/button.tsx"
import { Fact, Facts } from "../../components/facts.tsx"
import { Loaded } from "../../components/loading.tsx"
import { Section } from "../../components/page.tsx"
import { ProblemNote, Refusal } from "../../components/problem.tsx"
import { Size } from "../../components/size.tsx"
import { Age, Time } from "../../components/time.tsx"
import { catalogueQuery, copyCatalogueNow } from "../../lib/queries/catalogue.ts"

export function CatalogueSection() {
  const catalogue = useQuery(catalogueQuery())
  return (
    <Section title="Catalogue" note="The list of all backups and their history. It is copied beside them.">
      <Loaded query={catalogue} what="the catalogue" rows={3}>
        {(state) => <Catalogue state={state} />}
      </Loaded>
    </Section>
  )
}

function Catalogue({ state }: { readonly state: CatalogueState }) {
  const { bytes, problem, copies, nextCopyAt } = state
  return (
    <>
      {problem && (
        <div className="py-2.5">
          <ProblemNote problem={problem} />
        </div>
      )}
      <Facts>
        <Fact name="Size">
          <Size bytes={bytes} />
        </Fact>
        {copies.map((copy) => (
          <Fact key={copy.destination} name={`Copy at ${copy.destination}`}>
            {copy.madeAt === null ? "none yet" : <Age at={copy.madeAt} />}
            {copy.problem && <ProblemNote problem={copy.problem} />}
          </Fact>
        ))}
        <Fact name="Next copies">
          {nextCopyAt === null ? "only when asked for" : <Time at={nextCopyAt} zone focusable />}
        </Fact>
      </Facts>
      {problem === null && <CopyNow />}
    </>
  )
}

function CopyNow() {
  const copying = useMutation(copyCatalogueNow)
  return (
    <div className="space-y-2 pt-3">
      <Button aria-busy={copying.isPending} onClick={() => copying.isPending || copying.mutate()}>
        {copying.isPending ? "Copying…" : "Copy now"}
      </Button>
      {copying.error && <Refusal what="The catalogue was not copied" error={copying.error} />}
    </div>
  )
}
