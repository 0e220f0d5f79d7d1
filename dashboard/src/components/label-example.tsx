// The labels that have a database container backed up, ready to paste, with what to do afterwards.
import { useQuery } from "@tanstack/react-query"
import { statusQuery } from "../lib/queries/status.ts"
import { CodeBlock } from "./code-block.tsx"

export function LabelExample() {
  const prefix = useQuery(statusQuery()).data?.labelPrefix ?? "dbbackup"
  const lines = [
    "services:",
    "  db:",
    "    image: postgres:17",
    "    labels:",
    `      ${prefix}.enable: "true"`,
    `      ${prefix}.schedule: daily`,
    `      ${prefix}.retention: 7d 4w 12m`,
  ]
  return (
    <div className="max-w-xl text-sm">
      <p className="pb-2">
        Add these labels to a database service in its compose file, then run{" "}
        <code className="font-mono text-xs">docker compose up -d</code>. The first backup starts by itself
        within seconds.
      </p>
      <CodeBlock text={lines.join("\n")} what="the labels" />
    </div>
  )
}
