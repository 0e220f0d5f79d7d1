// Single-key shortcuts. They are off while someone types in a field, while a dialog is open, and with any modifier.
import { useEffect, useRef } from "react"

export function useShortcut(key: string, act: () => void): void {
  const latest = useRef(act)
  useEffect(() => {
    latest.current = act
  })
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== key || event.ctrlKey || event.metaKey || event.altKey || isTaken(event.target)) return
      event.preventDefault()
      latest.current()
    }
    document.addEventListener("keydown", onKey)
    return () => document.removeEventListener("keydown", onKey)
  }, [key])
}

function isTaken(target: EventTarget | null): boolean {
  if (document.querySelector("dialog[open]")) return true
  return (
    target instanceof HTMLElement && target.closest("input, textarea, select, [contenteditable]") !== null
  )
}
