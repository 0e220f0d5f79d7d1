// A name that other people chose. A long one may break after `_ - . / ~ :`, before it breaks anywhere.
import { Fragment } from "react"

export function Name({ of }: { readonly of: string }) {
  const parts = of.split(/(?<=[_\-./~:])/)
  return parts.map((part, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: the parts of one text, in order
    <Fragment key={index}>
      {index > 0 && <wbr />}
      {part}
    </Fragment>
  ))
}
