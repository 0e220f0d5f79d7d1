// The labels that have a container backed up, ready to paste, with what to do then.
import type { Server } from "../../../schemas/server.ts"
import { CodeBlock } from "./code-block.tsx"

export function LabelBlock({ server, labels }: { readonly server: Server; readonly labels: string }) {
  return (
    <div className="max-w-xl">
      <p className="pb-2 text-sm">
        {server.state === "unprotected" && server.problems.length === 0
          ? "Add this to"
          : "Put this in place of the labels of"}{" "}
        the service in its compose file and run{" "}
        <code className="font-mono text-xs">docker compose up -d</code>:
      </p>
      <CodeBlock text={labels} what={`the labels for ${server.name}`} />
    </div>
  )
}
