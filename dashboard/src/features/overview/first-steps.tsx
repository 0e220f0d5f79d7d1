// The first visit: what is in place already, and the one label that is missing.
import { useQuery } from "@tanstack/react-query"
import { Check, X } from "lucide-react"
import type { ReactNode } from "react"
import type { Server } from "../../../../schemas/server.ts"
import { LabelExample } from "../../components/label-example.tsx"
import { Section } from "../../components/page.tsx"
import { count, formatBytes } from "../../lib/format.ts"
import { serversQuery } from "../../lib/queries/servers.ts"
import type { Status } from "../../lib/queries/status.ts"

/** States in which a container asks for nothing. */
const silent: readonly Server["state"][] = ["unprotected", "disabled"]

/** Shown until the first container is labelled. */
export function FirstSteps({ status }: { readonly status: Status }) {
  const servers = useQuery(serversQuery()).data
  const { docker, destinations } = status
  if (servers === undefined || servers.some(({ state }) => !silent.includes(state))) return null
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
        <Step done={servers.length > 0}>{count(servers.length, "database server")} seen</Step>
        <Step done={false}>none with a label that asks for backups</Step>
      </ul>
      <LabelExample />
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
