// What retention keeps of one database's backups, with every reason, and what goes after the next success.
import { useQuery } from "@tanstack/react-query"
import { Link } from "wouter"
import type { RetentionPreview } from "../../../../schemas/retention-policy.ts"
import { Fold } from "../../components/fold.tsx"
import { Loaded } from "../../components/loading.tsx"
import { Section } from "../../components/page.tsx"
import { Size } from "../../components/size.tsx"
import { Cell, Row, RowHead, Table } from "../../components/table.tsx"
import { Time } from "../../components/time.tsx"
import { count, formatBytes, viewerZone } from "../../lib/format.ts"
import { backupPath } from "../../lib/paths.ts"
import { retentionQuery } from "../../lib/queries/databases.ts"

/** More are there when asked for. */
const shownAtOnce = 8

export function RetentionOfDatabase({ databaseId }: { readonly databaseId: string }) {
  const previews = useQuery(retentionQuery(databaseId))
  return (
    <Section title="What stays, and why" note="of the good backups">
      <Loaded query={previews} what="what stays">
        {(previews) =>
          previews.length === 0 ? (
            <p className="py-2 text-sm text-muted">
              No job keeps backups of this database. What there is stays until somebody deletes it.
            </p>
          ) : (
            previews.map((preview) => (
              <OfJob key={preview.jobId} preview={preview} named={previews.length > 1} />
            ))
          )
        }
      </Loaded>
    </Section>
  )
}

function OfJob({ preview, named }: { readonly preview: RetentionPreview; readonly named: boolean }) {
  const { keep = [], prune = [], job, retention, at, kept, pruned, freedBytes, waits, halt } = preview
  const own = Object.entries(at).map(([name, policy]) => `, ${policy} at ${name}`)
  const staying = keep.map((one) => ({ ...one, why: one.reasons.join(", ") }))
  const [first, rest] = [staying.slice(0, shownAtOnce), staying.slice(shownAtOnce)]
  const going = prune.map((one) => ({ ...one, why: one.reason }))
  return (
    <>
      <p className="max-w-prose py-2 text-sm">
        {named && `Job ${job}: `}
        <code className="font-mono text-xs">
          {retention}
          {own}
        </code>
        .{" "}
        {kept === 0
          ? "There is no good backup yet."
          : `${count(kept, "backup")} ${kept === 1 ? "stays" : "stay"}.`}{" "}
        {pruned > 0 &&
          `${count(pruned, "backup")} ${pruned === 1 ? "loses" : "lose"} copies after the next success, which frees ${formatBytes(freedBytes)}.`}{" "}
        {waits > 0 && `${waits} of these wait for a person, because they are much at once.`}{" "}
        {halt !== null && `Nothing is deleted on this server until ${halt}.`}
      </p>
      {first.length > 0 && <Reasons caption="Backups that stay, newest first" rows={first} />}
      {rest.length > 0 && (
        <Fold summary={`${rest.length} more that stay`} open={false}>
          <Reasons caption="More backups that stay" rows={rest} />
        </Fold>
      )}
      {going.length > 0 && (
        <Fold summary={`${count(going.length, "backup")} to go`} open={going.length <= shownAtOnce}>
          <Reasons caption="Backups to go, oldest first" rows={going} />
        </Fold>
      )}
    </>
  )
}

interface Reason {
  readonly backupId: string
  readonly finishedAt: string
  readonly storedBytes: number
  readonly destinations: readonly string[]
  readonly why: string
}

function Reasons({ caption, rows }: { readonly caption: string; readonly rows: readonly Reason[] }) {
  const columns = [
    { label: "Finished", note: viewerZone() },
    { label: "Why" },
    { label: "Size", numeric: true },
    { label: "Copies" },
  ]
  return (
    <Table caption={caption} columns={columns}>
      {rows.map(({ backupId, finishedAt, storedBytes, destinations, why }) => (
        <Row key={`${backupId} ${destinations.join()}`}>
          <RowHead>
            <Link href={backupPath(backupId)} className="link">
              <Time at={finishedAt} />
            </Link>
          </RowHead>
          <Cell label="Why">{why}</Cell>
          <Cell label="Size" numeric>
            <Size bytes={storedBytes} />
          </Cell>
          <Cell label="Copies">{destinations.join(", ")}</Cell>
        </Row>
      ))}
    </Table>
  )
}
