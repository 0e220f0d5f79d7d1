// A sentence of the controller's, with the moments that it names in the viewer's zone.
import { Fragment } from "react"
import { Time } from "./time.tsx"

const moment = /(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?Z)/

export function Said({ words }: { readonly words: string }) {
  return words.split(moment).map((part, index) =>
    // Every second part is what the pattern has caught.
    index % 2 === 1 ? (
      // biome-ignore lint/suspicious/noArrayIndexKey: the parts of one text, in order
      <Time key={index} at={part} zone />
    ) : (
      // biome-ignore lint/suspicious/noArrayIndexKey: the parts of one text, in order
      <Fragment key={index}>{part}</Fragment>
    ),
  )
}
