// What was seen before this backup was listed as good, one plain sentence each.
import { Check } from "lucide-react"
import { type ReactNode, useRef } from "react"
import type { Proof } from "../../../../schemas/backup.ts"
import type { Manifest } from "../../../../schemas/manifest.ts"
import { CopyButton } from "../../components/copy-button.tsx"
import { count, formatExactBytes } from "../../lib/format.ts"

interface Props {
  readonly proof: Proof
  /** Adds what ran and what was in the database, once it is loaded. */
  readonly manifest: Manifest | undefined
}

export function ProofInWords({ proof, manifest }: Props) {
  const { engine, facts } = manifest ?? {}
  return (
    <ul className="py-2 text-sm">
      <Seen>
        {engine ? `${engine.tool} ${engine.toolVersion}` : "The tool"} ran to its end and exited with{" "}
        {proof.exitCode}.
      </Seen>
      <Seen>The end of the dump was seen: {proof.end}.</Seen>
      {facts && <Seen>The database held {count(facts.tables, "table")} when the dump began.</Seen>}
      <Seen>
        {formatExactBytes(proof.rawBytes)} left the server
        {proof.rawBytes === proof.storedBytes
          ? ", and every stored copy has exactly these."
          : `; every stored copy has ${formatExactBytes(proof.storedBytes)}, exactly those written.`}
      </Seen>
      <Seen>
        <Checksum sha256={proof.storedSha256} />
      </Seen>
    </ul>
  )
}

function Seen({ children }: { readonly children: ReactNode }) {
  return (
    <li className="flex items-start gap-2 py-0.5">
      <Check aria-hidden className="mt-1 size-3.5 flex-none text-good" />
      <div className="min-w-0 max-w-prose">{children}</div>
    </li>
  )
}

function Checksum({ sha256 }: { readonly sha256: string }) {
  const shown = useRef<HTMLElement>(null)
  return (
    <span className="flex flex-wrap items-center gap-x-2">
      SHA-256 of the stored file:
      <code ref={shown} className="min-w-0 font-mono text-xs break-all">
        {sha256}
      </code>
      <CopyButton text={sha256} what="the checksum" shownIn={shown} />
    </span>
  )
}
