// The viewer's choice of theme. public/theme.js reads the same storage key and does the switching.
import { useSyncExternalStore } from "react"

export const themeChoices = ["system", "light", "dark"] as const
export type ThemeChoice = (typeof themeChoices)[number]

const storageKey = "theme"
const changeEvent = "theme-chosen"

function chosen(): ThemeChoice {
  try {
    const stored = localStorage.getItem(storageKey)
    return themeChoices.find((choice) => choice === stored) ?? "system"
  } catch {
    return "system" // storage is blocked
  }
}

export function chooseTheme(choice: ThemeChoice): void {
  try {
    if (choice === "system") localStorage.removeItem(storageKey)
    else localStorage.setItem(storageKey, choice)
  } catch {
    // Storage is blocked: the system's theme stays, and the toggle shows so.
  }
  dispatchEvent(new Event(changeEvent))
}

export function useThemeChoice(): ThemeChoice {
  return useSyncExternalStore((changed) => {
    addEventListener(changeEvent, changed)
    addEventListener("storage", changed)
    return () => {
      removeEventListener(changeEvent, changed)
      removeEventListener("storage", changed)
    }
  }, chosen)
}
