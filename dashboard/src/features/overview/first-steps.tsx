// The first visit: what is in place already, and the one label that is missing.
import { useQuery } from "@tanstack/react-query"
import { Check, X } from "lucide-react"
import type { ReactNode } from "react"
import { CodeBlock } from "../../components/code-block.tsx"
import { Section } from "../../components/page.tsx"
import { count, formatBytes } from "../../lib/format.ts"
import { serversQuery } from "../../lib/queries/servers.ts"
import type { Status } from "../../lib/queries/status.ts"

export function FirstSteps({ status }: { readonly status: Status }) {
  const servers = useQuery(serversQuery()).data
  const { docker, destinations, labelPrefix } = status
  const labelled = servers?.filter(({ jobs }) => jobs.length > 0).length ?? 0
  const labels = `services:\n  db:\n    image: postgres:17\n    labels:\n      ${labelPrefix}.enable: "true"\n      ${labelPrefix}.schedule: daily\n      ${labelPrefix}.retention: 7d 4w 12m\n`
  return (
    <Section title="First steps">
      <ul className="py-2 text-sm">
        <Step done={docker.state === "connected"}>
          Docker engine {docker.state === "connected" ? "found" : docker.state} at {docker.endpoint}
        </Step>
        {destinations.map(({ name, state, location, freeBytes }) => (
          <Step key={name} done={state === "up"}>
            Destination {name} ({location}) {state === "up" ? "can be written" : "cannot be written"}
            {freeBytes !== null && `, ${formatBytes(freeBytes)} free`}
          </Step>
        ))}
        {servers && (
          <>
            <Step done={servers.length > 0}>{count(servers.length, "database server")} seen</Step>
            <Step done={labelled > 0}>{labelled} with a label that asks for backups</Step>
          </>
        )}
      </ul>
      <p className="max-w-prose pb-2 text-sm">
        Add these labels to a database service in its compose file, then run{" "}
        <code className="font-mono text-xs">docker compose up -d</code>. The first backup starts by itself
        within seconds.
      </p>
      <div className="max-w-xl">
        <CodeBlock text={labels} what="the labels" />
      </div>
    </Section>
  )
}

function Step({ done, children }: { readonly done: boolean; readonly children: ReactNode }) {
  const Icon = done ? Check : X
  return (
    <li className="flex items-start gap-2 py-0.5">
      <Icon aria-hidden className={`mt-1 size-3.5 flex-none ${done ? "text-good" : "text-late"}`} />
      <span className="min-w-0 wrap-anywhere">
        <span className="sr-only">{done ? "Done: " : "Missing: "}</span>
        {children}
      </span>
    </li>
  )
}
