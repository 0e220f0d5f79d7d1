// No database container was found: what is looked for, and how to ask for a backup.
import { LabelExample } from "../../components/label-example.tsx"

export function NoServers() {
  return (
    <>
      <p className="mb-3 max-w-prose text-sm">
        No PostgreSQL, MySQL or MariaDB container was found on this Docker engine. One that starts shows up
        here within seconds.
      </p>
      <LabelExample />
    </>
  )
}
