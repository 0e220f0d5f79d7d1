// The files of a destination, folder by folder: one is chosen, and looked through.
import { useInfiniteQuery, useMutation, useQuery } from "@tanstack/react-query"
import { File, Folder } from "lucide-react"
import { useState } from "react"
import type { StoredFile } from "../../../../schemas/restore-source.ts"
import { Button } from "../../components/button.tsx"
import { Choice } from "../../components/choice.tsx"
import { LoadFailed, Skeleton } from "../../components/loading.tsx"
import { Refusal } from "../../components/problem.tsx"
import { Size } from "../../components/size.tsx"
import { Time } from "../../components/time.tsx"
import { filesQuery, lookThrough } from "../../lib/queries/sources.ts"
import { statusQuery } from "../../lib/queries/status.ts"
import { IdentityField } from "./identity-field.tsx"

interface Props {
  /** Shown first. */
  readonly first: string | undefined
  readonly identity: string
  readonly onIdentity: (identity: string) => void
  readonly onLookedThrough: (sourceId: string) => void
}

export function BrowseDestination({ first, ...rest }: Props) {
  const destinations = useQuery(statusQuery()).data?.destinations ?? []
  const [chosen, setChosen] = useState(first ?? "")
  const name = chosen === "" ? destinations[0]?.name : chosen
  if (name === undefined) return null
  return (
    <div className="space-y-3">
      {destinations.length > 1 && (
        <Choice label="Destination" value={name} onChange={setChosen}>
          {destinations.map(({ name, location }) => (
            <option key={name} value={name}>
              {name}, {location}
            </option>
          ))}
        </Choice>
      )}
      <Files key={name} destination={name} {...rest} />
    </div>
  )
}

function Files(props: Omit<Props, "first"> & { readonly destination: string }) {
  const { destination, identity, onIdentity, onLookedThrough } = props
  const [prefix, setPrefix] = useState("")
  const files = useInfiniteQuery(filesQuery(destination, prefix))
  const looking = useMutation({ ...lookThrough, onSuccess: ({ id }) => onLookedThrough(id) })
  const look = ({ key }: StoredFile) =>
    looking.mutate({ destination, key, ...(identity === "" ? {} : { identity }) })
  const rows = files.data?.pages.flat()
  return (
    <div className="space-y-3">
      <Crumbs destination={destination} prefix={prefix} onPrefix={setPrefix} />
      {files.error && !rows && (
        <LoadFailed error={files.error} what="the folder" again={() => void files.refetch()} />
      )}
      {!rows && !files.error && <Skeleton what="the folder" />}
      {rows && (
        <ul aria-label="Files" className="max-h-72 overflow-y-auto border-y border-line">
          {rows.length === 0 && <li className="py-2 text-muted">Nothing is in it.</li>}
          {rows.map((file) => (
            <li key={file.key}>
              <Line
                file={file}
                name={file.key.slice(prefix.length)}
                disabled={looking.isPending}
                onClick={() => (file.kind === "folder" ? setPrefix(file.key) : look(file))}
              />
            </li>
          ))}
          {files.hasNextPage && (
            <li className="py-2">
              <Button disabled={files.isFetchingNextPage} onClick={() => void files.fetchNextPage()}>
                {files.isFetchingNextPage ? "Loading…" : "More"}
              </Button>
            </li>
          )}
        </ul>
      )}
      {looking.isPending && <p role="status">Reading {looking.variables.key} through…</p>}
      {looking.error && (
        <Refusal what={`${looking.variables.key} cannot be restored`} error={looking.error} />
      )}
      {rows?.some(({ key }) => key.endsWith(".age")) && (
        <IdentityField identity={identity} onIdentity={onIdentity} />
      )}
    </div>
  )
}

interface LineProps {
  readonly file: StoredFile
  readonly name: string
  readonly disabled: boolean
  readonly onClick: () => void
}

function Line({ file: { kind, bytes, modifiedAt }, name, disabled, onClick }: LineProps) {
  const Icon = kind === "folder" ? Folder : File
  return (
    <button
      type="button"
      disabled={disabled}
      onClick={onClick}
      className="flex w-full items-center gap-2 py-1.5 pr-2 text-left hover:bg-sunken disabled:text-muted max-sm:min-h-11"
    >
      <Icon aria-hidden className="size-4 flex-none text-muted" />
      <span className="min-w-0 grow wrap-anywhere">{name}</span>
      <span className="flex-none text-right text-xs text-muted tabular-nums">
        {modifiedAt && <Time at={modifiedAt} />} {bytes !== null && <Size bytes={bytes} />}
      </span>
    </button>
  )
}

interface CrumbsProps {
  readonly destination: string
  readonly prefix: string
  readonly onPrefix: (prefix: string) => void
}

function Crumbs({ destination, prefix, onPrefix }: CrumbsProps) {
  return (
    <nav aria-label="Folder" className="flex flex-wrap items-center gap-x-1">
      {foldersOf(prefix).map((folder, index, all) => (
        <span key={folder} className="inline-flex items-center gap-x-1">
          <button
            type="button"
            aria-current={index === all.length - 1 ? "location" : undefined}
            onClick={() => onPrefix(folder)}
            className="link min-h-8 wrap-anywhere max-sm:min-h-11"
          >
            {folder === "" ? destination : lastOf(folder)}
          </button>
          {index < all.length - 1 && <span aria-hidden>/</span>}
        </span>
      ))}
    </nav>
  )
}

/** From the root to the folder itself: ``, `shop/`, `shop/db/`. */
export function foldersOf(prefix: string): readonly string[] {
  const parts = prefix.split("/").slice(0, -1)
  return ["", ...parts.map((_, index) => `${parts.slice(0, index + 1).join("/")}/`)]
}

const lastOf = (folder: string) => folder.split("/").at(-2) ?? folder
