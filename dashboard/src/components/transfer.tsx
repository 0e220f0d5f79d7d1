// How far running work has come, in what is known: bytes and time. A share is only shown where the whole is known.
import { formatBytes, formatDuration } from "../lib/format.ts"
import type { Sent } from "../lib/upload.ts"
import { useNow } from "../lib/use-now.ts"

interface DumpProps {
  /** ISO 8601. */
  readonly startedAt: string
  readonly progress: {
    readonly rawBytes: number
    readonly storedBytes: number
    readonly lastStoredBytes: number | null
  }
}

/** `212 MiB read, 48 MiB stored, 12 s; the last one was 1.2 GiB`. How large a dump becomes is not known before its end. */
export function DumpTransfer({ startedAt, progress }: DumpProps) {
  return (
    <span className="tabular-nums">
      {formatBytes(progress.rawBytes)} read, {formatBytes(progress.storedBytes)} stored,{" "}
      <Elapsed since={startedAt} />
      {progress.lastStoredBytes !== null && (
        <span className="text-muted"> · last time {formatBytes(progress.lastStoredBytes)} stored</span>
      )}
    </span>
  )
}

export function Elapsed({ since }: { readonly since: string }) {
  const now = useNow("live")
  const seconds = Math.max(0, Math.floor((now.getTime() - new Date(since).getTime()) / 1000))
  return <span className="whitespace-nowrap">{seconds < 10 ? `${seconds} s` : formatDuration(seconds)}</span>
}

interface LoadProps {
  readonly startedAt: string
  readonly progress: { readonly storedBytes: number; readonly totalBytes: number }
}

/** A restore reads a file whose size is known, so the bar is a fact. */
export function LoadTransfer({ startedAt, progress }: LoadProps) {
  return (
    <div className="max-w-md">
      <Bar label="Bytes of the backup read" value={progress.storedBytes} max={progress.totalBytes} />
      <p className="mt-1 text-sm tabular-nums">
        {progress.totalBytes === 0
          ? "Nothing read yet, "
          : `${formatBytes(progress.storedBytes)} of ${formatBytes(progress.totalBytes)} read, `}
        <Elapsed since={startedAt} />
      </p>
    </div>
  )
}

/** A file on its way to the controller, which then looks it through. */
export function SentBytes({ sent: { bytes, of } }: { readonly sent: Sent }) {
  return (
    <div className="max-w-md">
      <Bar label="Bytes of the file sent" value={bytes} max={of} />
      <p role="status" className="mt-1 text-sm tabular-nums">
        {bytes < of ? `${formatBytes(bytes)} of ${formatBytes(of)} sent` : "Sent; it is looked through…"}
      </p>
    </div>
  )
}

function Bar({
  label,
  value,
  max,
}: {
  readonly label: string
  readonly value: number
  readonly max: number
}) {
  return (
    <progress
      aria-label={label}
      className="block h-1.5 w-full appearance-none overflow-hidden rounded-full border-0 bg-line [&::-moz-progress-bar]:bg-accent [&::-webkit-progress-bar]:bg-line [&::-webkit-progress-value]:bg-accent"
      value={value}
      max={Math.max(1, max)}
    />
  )
}
