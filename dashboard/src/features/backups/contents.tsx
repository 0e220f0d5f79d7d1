// What a backup holds: objects by kind, rows of the largest tables, and which instant all that shows.
import type { Fingerprint, Manifest, Snapshot } from "../../../../schemas/manifest.ts"
import { Fact, Facts } from "../../components/facts.tsx"
import { Size } from "../../components/size.tsx"
import { Cell, Row, RowHead, Table } from "../../components/table.tsx"
import { Time } from "../../components/time.tsx"
import { count, formatDuration } from "../../lib/format.ts"

/** The others are a number; the manifest has them all. */
const tablesShown = 10

export function Contents({ manifest }: { readonly manifest: Manifest }) {
  const { holds = {}, fingerprint, snapshot } = manifest
  const kinds = Object.entries(holds).filter(([, number]) => number > 0)
  return (
    <>
      <Facts>
        {kinds.length > 0 && (
          <Fact name="Objects">
            {kinds.map(([kind, n]) => `${n.toLocaleString("en-US")} ${kind}`).join(", ")}
          </Fact>
        )}
        {snapshot && (
          <Fact name="Snapshot">
            <Time at={snapshot.openedAt} zone focusable />
            {apart(snapshot)}
          </Fact>
        )}
        {fingerprint && <FingerprintFacts fingerprint={fingerprint} />}
      </Facts>
      {fingerprint ? (
        <Rows fingerprint={fingerprint} />
      ) : (
        <p className="pb-2 text-sm text-muted">
          It has no fingerprint, so a restored database is compared by its number of tables only.
        </p>
      )}
    </>
  )
}

function apart({ scope, secondsAfterFirst, lockMilliseconds }: Snapshot): string {
  const held = lockMilliseconds === null ? "" : `; writers waited ${Math.round(lockMilliseconds)} ms for it`
  if (scope === "server") return `, the same for all databases of the run${held}`
  return `${secondsAfterFirst > 0 ? `, ${formatDuration(secondsAfterFirst)} after the first of the run` : ""}${held}`
}

function FingerprintFacts({ fingerprint }: { readonly fingerprint: Fingerprint }) {
  const { extensions, roles, sequences, databaseBytes, schemaSha256, seconds, sameSnapshot } = fingerprint
  const named = Object.entries(extensions).map(([name, version]) => `${name} ${version}`)
  const drawn = Object.keys(sequences).length
  return (
    <>
      <Fact name="On the server">
        <Size bytes={databaseBytes} />
      </Fact>
      {named.length > 0 && <Fact name="Extensions">{named.join(", ")}</Fact>}
      {roles.length > 0 && <Fact name="Roles">{roles.join(", ")}</Fact>}
      {drawn > 0 && <Fact name="Sequences">{drawn.toLocaleString("en-US")}, with their last values</Fact>}
      <Fact name="Definitions">
        SHA-256 <code className="font-mono text-xs break-all">{schemaSha256}</code>
      </Fact>
      <Fact name="Fingerprint">
        taken in {formatDuration(seconds)}
        {sameSnapshot ? ", of the very snapshot that was dumped" : ", beside the dump, of another snapshot"}
      </Fact>
    </>
  )
}

function Rows({ fingerprint: { rows, level } }: { readonly fingerprint: Fingerprint }) {
  const tables = Object.entries(rows).sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
  const total = tables.reduce((sum, [, number]) => sum + number, 0)
  const about = level === "estimates" ? "about " : ""
  const rest = tables.slice(tablesShown)
  return (
    <>
      {tables.length > 0 && (
        <Table
          caption="Rows of the largest tables"
          columns={[
            { label: "Table" },
            { label: level === "exact" ? "Rows" : "Rows, estimated", numeric: true },
          ]}
        >
          {tables.slice(0, tablesShown).map(([name, number]) => (
            <Row key={name}>
              <RowHead>
                <span className="wrap-anywhere">{name}</span>
              </RowHead>
              <Cell label="Rows" numeric>
                {number.toLocaleString("en-US")}
              </Cell>
            </Row>
          ))}
        </Table>
      )}
      <p className="py-2 text-sm text-muted">
        {rest.length > 0 && `${count(rest.length, "more table")}. `}
        Altogether {about}
        {count(total, "row")} in {count(tables.length, "table")}.
      </p>
    </>
  )
}
