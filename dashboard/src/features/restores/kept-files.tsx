// Files that were looked through before and are not forgotten yet.
import { useMutation, useQuery } from "@tanstack/react-query"
import { Button } from "../../components/button.tsx"
import { Refusal } from "../../components/problem.tsx"
import { Size } from "../../components/size.tsx"
import { Age } from "../../components/time.tsx"
import { forgetSource, sourcesQuery } from "../../lib/queries/sources.ts"
import { kindInWords } from "./source-words.ts"

export function KeptFiles({ onChosen }: { readonly onChosen: (sourceId: string) => void }) {
  const sources = useQuery(sourcesQuery()).data ?? []
  const forgetting = useMutation(forgetSource)
  if (sources.length === 0) return null
  return (
    <section aria-label="Looked through before">
      <h4 className="text-muted">Looked through before</h4>
      <ul className="mt-1 border-t border-line">
        {sources.map((source) => (
          <li key={source.id} className="flex items-center gap-2 border-b border-line">
            <button
              type="button"
              onClick={() => onChosen(source.id)}
              className="min-w-0 grow py-2 text-left hover:bg-sunken max-sm:py-3"
            >
              <span className="font-medium wrap-anywhere">{source.fileName}</span>
              <span className="block text-muted">
                {kindInWords(source)}, <Size bytes={source.bytes} />, <Age at={source.addedAt} />, forgotten{" "}
                <Age at={source.expiresAt} />
              </span>
            </button>
            <Button
              look="quiet"
              aria-label={`Forget ${source.fileName}`}
              disabled={forgetting.isPending}
              onClick={() => forgetting.mutate(source.id)}
            >
              Forget
            </Button>
          </li>
        ))}
      </ul>
      {forgetting.error && <Refusal what="Not forgotten" error={forgetting.error} />}
    </section>
  )
}
