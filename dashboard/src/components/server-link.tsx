// The name of a server, small, under the name of what is on it; leads to the server.
import { Link } from "wouter"
import { serverPath } from "../lib/paths.ts"

export function ServerLink({ id, name }: { readonly id: string; readonly name: string }) {
  return (
    <Link href={serverPath(id)} className="block text-xs text-muted hover:underline max-sm:py-1">
      {name}
    </Link>
  )
}
