// System, light, dark, in turn.
import { Monitor, Moon, Sun } from "lucide-react"
import { chooseTheme, themeChoices, useThemeChoice } from "../lib/theme.ts"

const icons = { system: Monitor, light: Sun, dark: Moon } as const

export function ThemeToggle() {
  const choice = useThemeChoice()
  const next = themeChoices[(themeChoices.indexOf(choice) + 1) % themeChoices.length] ?? "system"
  const Icon = icons[choice]
  return (
    <button
      type="button"
      onClick={() => chooseTheme(next)}
      title={`Theme: ${choice}. Change to ${next}`}
      className="inline-flex size-9 items-center justify-center rounded-sm text-muted hover:text-ink max-lg:size-11"
    >
      <Icon aria-hidden className="size-4" />
      <span className="sr-only">
        Theme: {choice}. Change to {next}
      </span>
    </button>
  )
}
