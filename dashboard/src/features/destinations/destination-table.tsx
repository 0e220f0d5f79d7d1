// One row for each destination; a bucket's also says where its keys are and how many backups it holds.
import { useMutation } from "@tanstack/react-query"
import type { DestinationStatus } from "../../../../schemas/api.ts"
import type { S3Config } from "../../../../schemas/s3-config.ts"
import { Button } from "../../components/button.tsx"
import { ProblemNote } from "../../components/problem.tsx"
import { RestoreLink } from "../../components/restore-link.tsx"
import { State } from "../../components/state.tsx"
import { Cell, Row, RowHead, Table } from "../../components/table.tsx"
import { Age } from "../../components/time.tsx"
import { explain } from "../../lib/api-failure.ts"
import { count, formatBytes } from "../../lib/format.ts"
import { testBucket } from "../../lib/queries/buckets.ts"

interface Props {
  readonly destinations: readonly DestinationStatus[]
  readonly buckets: readonly S3Config[]
}

export function DestinationTable({ destinations, buckets }: Props) {
  const bucketOf = (name: string) => buckets.find((bucket) => bucket.name === name && isInUse(bucket))
  return (
    <Table
      caption="Destinations"
      columns={[
        { label: "Destination" },
        { label: "State" },
        { label: "Free", numeric: true },
        { label: "Backups", numeric: true },
        { label: "From" },
        { label: "Test", hidden: true },
      ]}
    >
      {destinations.map((destination) => (
        <DestinationRow
          key={destination.name}
          destination={destination}
          bucket={bucketOf(destination.name)}
        />
      ))}
      {buckets
        .filter((bucket) => !isInUse(bucket))
        .map((bucket) => (
          <UnusableRow key={bucket.id} bucket={bucket} />
        ))}
    </Table>
  )
}

/** One whose name the settings have taken is configured, and no destination. */
const isInUse = ({ problem }: S3Config) => problem?.code !== "in-use"

function DestinationRow(props: {
  readonly destination: DestinationStatus
  readonly bucket: S3Config | undefined
}) {
  const { destination, bucket } = props
  const { name, location, state, freeBytes, problem } = destination
  return (
    <Row>
      <RowHead>
        {name}
        <span className="block text-xs font-normal wrap-anywhere text-muted">{location}</span>
        {bucket && <Kept bucket={bucket} />}
        {destination.reading && <ReadAgain reading={destination.reading} />}
        {problem && <ProblemNote problem={problem} />}
        {state === "up" && (
          <RestoreLink
            destination={name}
            className="link text-xs font-normal"
            label={`Restore a file from here: ${name}`}
          >
            Restore a file from here…
          </RestoreLink>
        )}
      </RowHead>
      <Cell beside>
        <State {...(state === "up" ? { word: "up", tone: "good" } : { word: "down", tone: "bad" })} />
      </Cell>
      <Cell label="Free" numeric>
        {freeBytes === null ? "" : formatBytes(freeBytes)}
      </Cell>
      <Cell label="Backups" numeric>
        {bucket?.copies}
      </Cell>
      <Cell label="From">{bucket?.managed === "api" ? "API" : "settings"}</Cell>
      <Cell>{bucket && <Test bucket={bucket} />}</Cell>
    </Row>
  )
}

function ReadAgain({ reading }: { readonly reading: NonNullable<DestinationStatus["reading"]> }) {
  const { copies, readCopies, days, oldestReadAt } = reading
  if (copies === 0) return null
  return (
    <span className="block text-xs font-normal text-muted">
      {readCopies.toLocaleString("en-US")} of {count(copies, "copy", "copies")} read again in the last {days}{" "}
      days
      {oldestReadAt && (
        <>
          ; the oldest was stored or last read <Age at={oldestReadAt} />
        </>
      )}
    </span>
  )
}

function UnusableRow({ bucket }: { readonly bucket: S3Config }) {
  return (
    <Row>
      <RowHead>
        {bucket.name}
        {bucket.problem && <ProblemNote problem={bucket.problem} />}
      </RowHead>
      <Cell beside>
        <State word="not used" tone="late" />
      </Cell>
      <Cell />
      <Cell label="Backups" numeric>
        {bucket.copies}
      </Cell>
      <Cell label="From">API</Cell>
      <Cell />
    </Row>
  )
}

const keyWords: Readonly<Record<S3Config["keys"], string>> = {
  sealed: "keys in the catalogue",
  settings: "keys where the settings say",
  search: "keys found by the AWS SDK",
}

function Kept({ bucket }: { readonly bucket: S3Config }) {
  const { keys, accessKeyId, sse, storageClass, lockMode } = bucket
  const words = [
    accessKeyId === null ? keyWords[keys] : `${keyWords[keys]} (${accessKeyId})`,
    sse && `encrypted by the store (${sse})`,
    storageClass,
    lockMode && `locks by ${lockMode.toLowerCase()}`,
  ]
  return (
    <span className="block text-xs font-normal text-muted">
      {words.filter((word) => word !== undefined).join(", ")}
    </span>
  )
}

function Test({ bucket: { id, name } }: { readonly bucket: S3Config }) {
  const testing = useMutation(testBucket)
  return (
    <span className="flex flex-wrap items-center gap-x-3 gap-y-1">
      <Button
        aria-busy={testing.isPending}
        aria-label={`Test ${name}`}
        onClick={() => testing.isPending || testing.mutate(id)}
      >
        {testing.isPending ? "Testing…" : "Test"}
      </Button>
      <span role="status" className="max-w-80 text-xs empty:hidden">
        {testing.data && outcome(testing.data)}
        {testing.error && outcome({ state: "down", problem: explain(testing.error) })}
      </span>
    </span>
  )
}

function outcome({
  state,
  problem,
}: {
  readonly state: DestinationStatus["state"]
  readonly problem: { readonly message: string; readonly hint: string | null } | null
}): string {
  if (state === "up") return "A probe was written, read, listed and deleted."
  return `${problem?.message ?? "It is down"}. ${problem?.hint ?? ""}`
}
