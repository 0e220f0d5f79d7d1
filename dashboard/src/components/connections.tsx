// What the controller depends on: the Docker engine, and the places where backups are kept.

import { formatBytes } from "../lib/format.ts"
import type { Status } from "../lib/queries/status.ts"
import type { StateWord } from "../lib/words.ts"
import { Section } from "./page.tsx"
import { State } from "./state.tsx"
import { Age } from "./time.tsx"

const dockerWords: Readonly<Record<Status["docker"]["state"], StateWord>> = {
  connected: { word: "connected", tone: "good" },
  connecting: { word: "connecting", tone: "busy" },
  unreachable: { word: "unreachable", tone: "bad" },
}

export function Connections({ status }: { readonly status: Status }) {
  const { docker, destinations } = status
  return (
    <>
      <Section title="Destinations">
        <ul>
          {destinations.map(({ name, location, state, freeBytes, problem }) => (
            <li key={name} className="border-b border-line py-2 text-sm">
              <div className="flex justify-between gap-3">
                <span>{name}</span>
                <State {...(state === "up" ? { word: "up", tone: "good" } : { word: "down", tone: "bad" })} />
              </div>
              <div className="flex justify-between gap-3 text-xs text-muted">
                <span className="min-w-0 wrap-anywhere">{location}</span>
                {freeBytes !== null && (
                  <span className="whitespace-nowrap">{formatBytes(freeBytes)} free</span>
                )}
              </div>
              {problem && (
                <p className="pt-1 text-xs">
                  {problem.message}. {problem.hint}
                </p>
              )}
            </li>
          ))}
        </ul>
      </Section>
      <Section title="Docker engine">
        <div className="flex justify-between gap-3 pt-2 text-sm">
          <State {...dockerWords[docker.state]} />
          {docker.version && <span>{docker.version}</span>}
        </div>
        <p className="text-xs text-muted">
          <span className="wrap-anywhere">{docker.endpoint}</span>
          {docker.seenAt && (
            <>
              {", looked "}
              <Age at={docker.seenAt} />
            </>
          )}
        </p>
        {docker.problem && (
          <p className="pt-1 text-xs">
            {docker.problem.message}. {docker.problem.hint}
          </p>
        )}
      </Section>
    </>
  )
}
