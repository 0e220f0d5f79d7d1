// What a file is, in words, as its bytes say.
import type { RestoreSource } from "../../../../schemas/restore-source.ts"
import { engineNames } from "../../lib/words.ts"

const formats = {
  archive: "archive",
  tar: "tar archive",
  directory: "directory, packed as tar",
  sql: "statements",
  script: "SQL script",
} as const

/** `archive of pg_dump 17.6, of PostgreSQL 17.6`; `SQL script`. */
export function kindInWords({ kind }: Pick<RestoreSource, "kind">): string {
  const { format, tool, toolVersion, engine, serverVersion } = kind
  return [
    formats[format],
    isKnown(tool) && `of ${tool}${isKnown(toolVersion) ? ` ${toolVersion}` : ""}`,
    engine && `from ${engineNames[engine]}${isKnown(serverVersion) ? ` ${serverVersion}` : ""}`,
  ]
    .filter((words) => words)
    .join(" ")
}

/** A script is of no tool, and many files do not say of which. */
const isKnown = (said: string) => said !== "unknown" && said !== "none"

/** `gzip`, `age, zstd inside`; undefined when there is nothing around it. */
export function aroundIt({
  recipient,
  compression,
}: Pick<RestoreSource, "recipient" | "compression">): string | undefined {
  const packed = compression === "none" ? undefined : compression
  if (recipient === null) return packed
  return packed ? `age, ${packed} inside` : "age"
}
