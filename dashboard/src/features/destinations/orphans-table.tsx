// Each thing that the catalogue and a destination do not agree about: what it is, how large and how old, and what follows.
import type { MissingCopy, Orphan, OrphanKind, Orphans } from "../../../../schemas/orphans.ts"
import { Cell, Row, RowHead, Table } from "../../components/table.tsx"
import { Age } from "../../components/time.tsx"
import { count, formatBytes } from "../../lib/format.ts"

const kindWords: Readonly<Record<OrphanKind, string>> = {
  unlisted: "backup, not listed",
  bytes: "bytes without a manifest",
  manifest: "manifest without bytes",
  notes: "notes without a backup",
  deleted: "left by a delete",
}

export function OrphansTable({ found }: { readonly found: Orphans }) {
  const { orphans, orphansTotal, missing, missingTotal, foreign, foreignTotal, foreignBytes } = found
  const more = orphansTotal - orphans.length + missingTotal - missing.length
  return (
    <>
      {orphans.length + missing.length > 0 && (
        <Table
          caption={`What ${found.destination} and the catalogue do not agree about`}
          columns={[
            { label: "Key" },
            { label: "What" },
            { label: "Size", numeric: true },
            { label: "Changed" },
            { label: "What follows" },
          ]}
        >
          {missing.map((copy) => (
            <MissingRow key={copy.key} copy={copy} />
          ))}
          {orphans.map((orphan) => (
            <OrphanRow key={orphan.key} orphan={orphan} />
          ))}
        </Table>
      )}
      {more > 0 && <p>And {more} more.</p>}
      {foreignTotal > 0 && (
        <p className="text-muted">
          Never touched: {count(foreignTotal, "object")} of somebody else, {formatBytes(foreignBytes)}
          {foreign[0] && `: ${foreign[0].key}`}
          {foreignTotal > 1 && " …"}
        </p>
      )}
    </>
  )
}

function OrphanRow({ orphan }: { readonly orphan: Orphan }) {
  const { key, kind, objects, waits, backupId } = orphan
  const changed = objects
    .map(({ changedAt }) => changedAt)
    .sort()
    .at(-1)
  const follows =
    kind === "unlisted"
      ? "can be listed again"
      : (waits ??
        (backupId === null ? "not known here: deleted only by name, on the command line" : "may be deleted"))
  return (
    <Row>
      <KeyHead name={key} />
      <Cell label="What">{kindWords[kind]}</Cell>
      <Cell label="Size" numeric>
        {formatBytes(objects.reduce((sum, { bytes }) => sum + bytes, 0))}
      </Cell>
      <Cell label="Changed">{changed && <Age at={changed} />}</Cell>
      <Cell label="What follows">{follows}</Cell>
    </Row>
  )
}

function MissingRow({ copy: { key, lacks, elsewhere } }: { readonly copy: MissingCopy }) {
  return (
    <Row>
      <KeyHead name={key} />
      <Cell label="What">{lacks === "everything" ? "copy is missing" : `copy without its ${lacks}`}</Cell>
      <Cell numeric />
      <Cell />
      <Cell label="What follows">
        {elsewhere > 0 || lacks === "manifest" ? "can be made again" : "the only copy: put the file back"}
      </Cell>
    </Row>
  )
}

const KeyHead = ({ name }: { readonly name: string }) => (
  <RowHead>
    <span className="font-mono text-xs font-normal wrap-anywhere">{name}</span>
  </RowHead>
)
