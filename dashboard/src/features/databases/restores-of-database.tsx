// The restores made from backups of one database.
import { useQuery } from "@tanstack/react-query"
import { Link } from "wouter"
import { Loaded } from "../../components/loading.tsx"
import { Name } from "../../components/name.tsx"
import { Section } from "../../components/page.tsx"
import { State } from "../../components/state.tsx"
import { Cell, Row, RowHead, Table } from "../../components/table.tsx"
import { Time } from "../../components/time.tsx"
import { viewerZone } from "../../lib/format.ts"
import { restorePath } from "../../lib/paths.ts"
import { restoresQuery } from "../../lib/queries/restores.ts"
import { statusWords } from "../../lib/words.ts"

export function RestoresOfDatabase({ databaseId }: { readonly databaseId: string }) {
  const restores = useQuery(restoresQuery({ databaseId, limit: "5" }))
  const columns = [{ label: "Asked for", note: viewerZone() }, { label: "Into" }, { label: "Status" }]
  return (
    <Section title="Restores">
      <Loaded query={restores} what="the restores" rows={1}>
        {({ rows }) =>
          rows.length === 0 ? (
            <p className="max-w-prose py-2 text-sm text-muted">
              None yet. A restore goes into a new database beside this one; nothing is overwritten.
            </p>
          ) : (
            <Table caption="Restores, newest first" columns={columns}>
              {rows.map((restore) => (
                <Row key={restore.id}>
                  <RowHead>
                    <Link href={restorePath(restore.id)} className="link">
                      <Time at={restore.queuedAt} />
                    </Link>
                  </RowHead>
                  <Cell label="Into">
                    <Name of={restore.targetDatabase} />
                  </Cell>
                  <Cell beside>
                    <State {...statusWords[restore.status]} />
                  </Cell>
                </Row>
              ))}
            </Table>
          )
        }
      </Loaded>
    </Section>
  )
}
