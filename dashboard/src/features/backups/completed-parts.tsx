// What only a completed backup has: its proof in plain words, what it holds, its copies, the way back without this program.
import { useQuery } from "@tanstack/react-query"
import type { CompletedBackup } from "../../../../schemas/backup.ts"
import { CodeBlock } from "../../components/code-block.tsx"
import { Loaded } from "../../components/loading.tsx"
import { Section } from "../../components/page.tsx"
import { manifestUrl } from "../../lib/paths.ts"
import { manifestQuery } from "../../lib/queries/backups.ts"
import { Contents } from "./contents.tsx"
import { Copies } from "./copies.tsx"
import { ProofInWords } from "./proof-in-words.tsx"
import { Verifications } from "./verifications.tsx"

export function CompletedParts({ backup }: { readonly backup: CompletedBackup }) {
  const manifest = useQuery(manifestQuery(backup.id))
  return (
    <>
      <Section title="Proof">
        <ProofInWords proof={backup.proof} manifest={manifest.data} />
      </Section>
      {backup.kind === "database" && (
        <Section title="Contents">
          <Loaded query={manifest} what="what it holds">
            {(manifest) => <Contents manifest={manifest} />}
          </Loaded>
        </Section>
      )}
      <Section title="Copies">
        <Copies copies={backup.copies} />
      </Section>
      <Section title="Checked again">
        <Verifications backup={backup} />
      </Section>
      <Section
        title="Restore without this program"
        note={
          <a href={manifestUrl(backup.id)} className="link" target="_blank" rel="noreferrer">
            Open the manifest
          </a>
        }
      >
        <Loaded query={manifest} what="the manifest">
          {(manifest) => (
            <div className="py-3">
              <CodeBlock text={manifest.restore.join("\n")} what="the commands" />
            </div>
          )}
        </Loaded>
      </Section>
    </>
  )
}
