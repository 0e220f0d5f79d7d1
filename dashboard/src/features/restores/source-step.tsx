// Step 1: a stored backup, a file of one's own, or one that lies at a destination.
import { type ReactNode, useId, useState } from "react"
import { BrowseDestination } from "./browse-destination.tsx"
import { KeptFiles } from "./kept-files.tsx"
import { StepLine } from "./step-line.tsx"
import { StoredBackups } from "./stored-backups.tsx"
import { UploadFile } from "./upload-file.tsx"

type Way = "backup" | "upload" | "browse"

interface Props {
  /** To look in first. */
  readonly destination: string | undefined
  readonly identity: string
  readonly onIdentity: (identity: string) => void
  readonly onChosen: (from: "backup" | "file", id: string) => void
}

export function SourceStep({ destination, identity, onIdentity, onChosen }: Props) {
  const [way, setWay] = useState<Way>(destination === undefined ? "backup" : "browse")
  const id = useId()
  const file = (sourceId: string) => onChosen("file", sourceId)
  const looking = { identity, onIdentity, onLookedThrough: file }
  const choice = (value: Way, words: ReactNode) => (
    <label className="flex min-h-7 items-center gap-2.5 max-sm:min-h-11">
      <input type="radio" name={id} checked={way === value} onChange={() => setWay(value)} />
      {words}
    </label>
  )
  return (
    <div className="space-y-4 text-sm">
      <StepLine current="Source" />
      <fieldset>
        <legend className="sr-only">What to restore</legend>
        {choice("backup", "A stored backup")}
        {choice("upload", "A file on this computer")}
        {choice("browse", "A file at a destination")}
      </fieldset>
      {way === "backup" && <StoredBackups onChosen={(backupId) => onChosen("backup", backupId)} />}
      {way === "upload" && <UploadFile {...looking} />}
      {way === "browse" && <BrowseDestination first={destination} {...looking} />}
      {way !== "backup" && <KeptFiles onChosen={file} />}
    </div>
  )
}
