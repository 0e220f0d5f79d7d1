// Buttons and links that look like buttons: one height, 44 px where a finger is likely.
import type { ComponentProps } from "react"

const shape =
  "inline-flex items-center justify-center gap-1.5 rounded-sm px-3 text-sm font-medium whitespace-nowrap min-h-8 max-sm:min-h-11 no-underline"
const looks = {
  plain: "border border-field text-ink hover:bg-sunken disabled:text-muted disabled:border-line",
  primary:
    "border border-transparent bg-accent text-on-accent hover:brightness-110 disabled:bg-sunken disabled:text-muted disabled:border-line",
  danger: "border border-bad text-bad hover:bg-sunken disabled:text-muted disabled:border-line",
  quiet: "text-ink hover:bg-sunken disabled:text-muted max-sm:border max-sm:border-line",
} as const
export type Look = keyof typeof looks

export function buttonClass(look: Look = "plain"): string {
  return `${shape} ${looks[look]}`
}

export function Button({
  look = "plain",
  className = "",
  ...rest
}: ComponentProps<"button"> & { look?: Look }) {
  return <button type="button" className={`${buttonClass(look)} ${className}`} {...rest} />
}
