// What was recognised in a file: what it is, what it holds, that it is whole, and what to know before restoring it.
import { TriangleAlert } from "lucide-react"
import type { RestoreSource } from "../../../../schemas/restore-source.ts"
import { Fact, Facts } from "../../components/facts.tsx"
import { Size } from "../../components/size.tsx"
import { Age } from "../../components/time.tsx"
import { listed } from "../../lib/format.ts"
import { aroundIt, kindInWords } from "./source-words.ts"

export function SourceSummary({ source }: { readonly source: RestoreSource }) {
  const { fileName, destination, key, bytes, rawBytes, facts, end, databases, findings, expiresAt } = source
  const packed = aroundIt(source)
  const held = Object.entries(facts).filter(([, n]) => n > 0)
  return (
    <>
      <Facts>
        <Fact name="File">
          <strong className="font-semibold wrap-anywhere">{key ?? fileName}</strong>
          {destination !== null && ` at ${destination}`}, <Size bytes={bytes} />
        </Fact>
        <Fact name="Recognised">
          {kindInWords(source)}
          {packed && `, packed with ${packed}, `}
          {packed && <Size bytes={rawBytes} />}
        </Fact>
        {databases.length > 0 && <Fact name="Of">{listed(databases)}</Fact>}
        {held.length > 0 && (
          <Fact name="Holds">
            {held.map(([kind, n]) => `${n.toLocaleString("en-US")} ${kind}`).join(", ")}
          </Fact>
        )}
        <Fact name="Whole">{end}</Fact>
        <Fact name="Forgotten">
          <Age at={expiresAt} />
        </Fact>
      </Facts>
      {findings.map((finding) => (
        <p key={finding} className="flex items-start gap-2">
          <TriangleAlert aria-hidden className="mt-0.5 size-4 flex-none text-late" />
          <span>{finding}</span>
        </p>
      ))}
    </>
  )
}
