// Asks for a backup of one database now, and leads to where it can be watched.
import { useMutation } from "@tanstack/react-query"
import { Link } from "wouter"
import { explain } from "../lib/api-failure.ts"
import { backupPath } from "../lib/paths.ts"
import { backUpNow } from "../lib/queries/backups.ts"
import { Button, type Look } from "./button.tsx"

interface Props {
  readonly databaseId: string
  readonly name: string
  readonly look?: Look
}

export function BackUpNow({ databaseId, name, look = "plain" }: Props) {
  const asked = useMutation(backUpNow)
  return (
    <span className="inline-flex flex-col items-end gap-1 max-sm:w-full max-sm:items-stretch">
      {asked.data ? (
        <Link
          href={backupPath(asked.data.id)}
          className="link inline-flex min-h-8 items-center max-sm:min-h-11"
        >
          Watch the backup
        </Link>
      ) : (
        <Button
          look={look}
          disabled={asked.isPending}
          onClick={() => asked.mutate(databaseId)}
          aria-label={`Back up now: ${name}`}
        >
          {asked.isPending ? "Asking…" : "Back up now"}
        </Button>
      )}
      <span role="status" className="max-w-64 text-right text-xs text-bad empty:hidden max-sm:text-left">
        {asked.error && refusal(asked.error)}
      </span>
    </span>
  )
}

function refusal(error: unknown): string {
  const { message, hint } = explain(error)
  return `Not started: ${message}. ${hint ?? ""}`
}
