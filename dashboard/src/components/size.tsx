// A size, rounded for reading, exact in the title.
import { formatBytes, formatExactBytes } from "../lib/format.ts"

export function Size({ bytes }: { readonly bytes: number }) {
  return (
    <span title={formatExactBytes(bytes)} className="whitespace-nowrap tabular-nums">
      {formatBytes(bytes)}
    </span>
  )
}
