// Connects to a server now, and shows what answered.
import { useMutation } from "@tanstack/react-query"
import { Button } from "../../components/button.tsx"
import { ConnectionReport } from "../../components/connection.tsx"
import { Section } from "../../components/page.tsx"
import { Refusal } from "../../components/problem.tsx"
import { testServer } from "../../lib/queries/outside.ts"

export function TestConnection({ serverId }: { readonly serverId: string }) {
  const testing = useMutation(testServer)
  return (
    <Section title="Connection">
      <div className="space-y-3 pt-2.5">
        {/* Not disabled meanwhile: it would lose the focus. */}
        <Button aria-busy={testing.isPending} onClick={() => testing.isPending || testing.mutate(serverId)}>
          {testing.isPending ? "Connecting…" : "Test connection"}
        </Button>
        <div role="status" className="empty:hidden">
          {!testing.isPending && testing.data && <ConnectionReport connection={testing.data} />}
        </div>
        {testing.error && <Refusal what="Not tested" error={testing.error} />}
      </div>
    </Section>
  )
}
