// No database container was found: what is looked for, and how to ask for a backup.
import { CodeBlock } from "../../components/code-block.tsx"

const example = `services:
  db:
    image: postgres:17
    labels:
      dbbackup.enable: "true"
      dbbackup.schedule: daily
`

export function NoServers() {
  return (
    <div className="max-w-prose">
      <p className="mb-3">
        No PostgreSQL, MySQL or MariaDB container was found on this Docker engine. One that starts shows up
        here within seconds. To have it backed up, label it:
      </p>
      <CodeBlock text={example} what="the labels" />
    </div>
  )
}
