// Structure and rows, or one of them. Shown where the mode has a choice.
import { useId } from "react"
import type { Content } from "../../../../schemas/restore.ts"

interface Props {
  readonly offered: readonly Content[]
  readonly content: Content
  readonly onContent: (content: Content) => void
}

const words: Readonly<Record<Content, string>> = {
  all: "Structure and rows",
  schema: "The structure, without rows",
  data: "The rows, into tables that are there",
}

export function ContentField({ offered, content: chosen, onContent }: Props) {
  const id = useId()
  return (
    <fieldset>
      <legend className="mb-1 font-medium">Of these</legend>
      {offered.map((content) => (
        <label key={content} className="flex min-h-7 items-center gap-2.5 max-sm:min-h-11">
          <input type="radio" name={id} checked={content === chosen} onChange={() => onContent(content)} />
          {words[content]}
        </label>
      ))}
    </fieldset>
  )
}
