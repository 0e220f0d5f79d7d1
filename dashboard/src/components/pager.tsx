// Steps through the pages of a list.
import { count } from "../lib/format.ts"
import { Button } from "./button.tsx"

interface Props {
  readonly page: number
  readonly limit: number
  readonly total: number
  /** `backup`: what is counted. */
  readonly noun: string
  readonly onPage: (page: number) => void
}

export function Pager({ page, limit, total, noun, onPage }: Props) {
  const pages = Math.max(1, Math.ceil(total / limit))
  return (
    <nav aria-label="Pages" className="flex flex-wrap items-center justify-between gap-3 py-3 text-sm">
      <span className="text-muted tabular-nums" role="status">
        {count(total, noun)}
        {pages > 1 && `, page ${page} of ${pages}`}
      </span>
      {pages > 1 && (
        <span className="flex gap-2">
          <Button disabled={page <= 1} onClick={() => onPage(page - 1)}>
            Newer
          </Button>
          <Button disabled={page >= pages} onClick={() => onPage(page + 1)}>
            Older
          </Button>
        </span>
      )}
    </nav>
  )
}
