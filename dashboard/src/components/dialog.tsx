// A modal dialog on the browser's own element: focus stays inside, Esc closes, and focus goes back where it was.
import { X } from "lucide-react"
import { type ReactNode, useEffect, useId, useRef } from "react"

/** Of radio buttons, the one that is on. */
const firstField = "input:not([type=radio]), input[type=radio]:checked"

interface Props {
  readonly title: string
  readonly onClose: () => void
  readonly children: ReactNode
}

/** Open while it is rendered. */
export function Dialog({ title: words, onClose, children }: Props) {
  const dialog = useRef<HTMLDialogElement>(null)
  const title = useRef<HTMLHeadingElement>(null)
  const titleId = useId()
  useEffect(() => {
    const before = document.activeElement
    dialog.current?.showModal()
    // The browser would choose the close button. A field to fill in comes first, else the title, from where reading goes on.
    const first = dialog.current?.querySelector<HTMLElement>(firstField) ?? title.current
    first?.focus()
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus()
    }
  }, [])
  return (
    <dialog
      ref={dialog}
      aria-labelledby={titleId}
      onCancel={(event) => {
        // The element stays open until the owner removes it, so that what is on the page and what is open agree.
        event.preventDefault()
        onClose()
      }}
      className="m-auto max-h-[calc(100dvh-2rem)] w-[min(40rem,calc(100vw-2rem))] overflow-y-auto overscroll-contain rounded-md border border-line bg-paper p-0 text-ink max-sm:m-0 max-sm:h-dvh max-sm:max-h-none max-sm:w-full max-sm:max-w-none max-sm:rounded-none max-sm:border-0"
    >
      <div className="sticky top-0 z-10 flex items-center justify-between gap-4 border-b border-line bg-paper py-2 pr-2 pl-5">
        <h2 ref={title} id={titleId} tabIndex={-1} className="text-base font-semibold outline-none">
          {words}
        </h2>
        <button
          type="button"
          onClick={onClose}
          aria-label="Close"
          className="inline-flex size-9 flex-none items-center justify-center rounded-sm text-muted hover:text-ink max-sm:size-11"
        >
          <X aria-hidden className="size-4" />
        </button>
      </div>
      <div className="px-5 py-4">{children}</div>
    </dialog>
  )
}
