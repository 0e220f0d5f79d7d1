// The bar at the top: where to go, search, help, theme. On a narrow screen the links fold behind a menu button.
import { Menu, X } from "lucide-react"
import { useEffect, useState } from "react"
import { Link } from "wouter"
import { usePathname } from "wouter/use-browser-location"
import {
  backupsPath,
  databasesPath,
  destinationsPath,
  restoresPath,
  runsPath,
  schedulesPath,
  settingsPath,
} from "../lib/paths.ts"
import { Help } from "./help.tsx"
import { SearchField } from "./search-field.tsx"
import { ThemeToggle } from "./theme-toggle.tsx"

const places = [
  { path: "/", name: "Overview" },
  { path: databasesPath, name: "Databases" },
  { path: backupsPath, name: "Backups" },
  { path: runsPath, name: "Runs" },
  { path: restoresPath, name: "Restores" },
  { path: schedulesPath, name: "Schedules" },
  { path: destinationsPath, name: "Destinations" },
  { path: settingsPath, name: "Settings" },
] as const

export function Header() {
  const path = usePathname()
  const [open, setOpen] = useState(false)
  // biome-ignore lint/correctness/useExhaustiveDependencies: the menu closes whenever the address changes
  useEffect(() => setOpen(false), [path])
  const folded = open ? "" : "max-lg:hidden"
  return (
    <header className="sticky top-0 z-20 border-b border-line bg-paper">
      <div className="mx-auto flex max-w-[1320px] flex-wrap items-center gap-x-4 px-6 max-sm:px-4">
        <Link href="/" className="flex min-h-12 items-center gap-2 font-semibold">
          <img src="/favicon.svg" alt="" className="size-4.5" />
          dbbackup
        </Link>
        <div className="flex items-center lg:order-last max-lg:ml-auto">
          <Help />
          <ThemeToggle />
          <button
            type="button"
            aria-expanded={open}
            aria-controls="places"
            onClick={() => setOpen(!open)}
            className="inline-flex size-11 items-center justify-center lg:hidden"
          >
            {open ? <X aria-hidden className="size-5" /> : <Menu aria-hidden className="size-5" />}
            <span className="sr-only">Menu</span>
          </button>
        </div>
        <nav id="places" aria-label="Main" className={`max-lg:order-last max-lg:w-full lg:flex-1 ${folded}`}>
          <ul className="flex max-lg:flex-col max-lg:pb-2">
            {places.map((place) => (
              <li key={place.path}>
                <Place {...place} current={isWithin(path, place.path)} />
              </li>
            ))}
          </ul>
        </nav>
        <div className={`max-lg:order-last max-lg:w-full max-lg:pb-3 ${folded}`}>
          <SearchField onWanted={() => setOpen(true)} />
        </div>
      </div>
    </header>
  )
}

/** A server's page is reached from the databases, and belongs to them. */
function isWithin(path: string, place: string): boolean {
  if (place === "/") return path === "/"
  return path.startsWith(place) || (place === databasesPath && path.startsWith("/servers/"))
}

function Place({ path, name, current }: { path: string; name: string; current: boolean }) {
  return (
    <Link
      href={path}
      aria-current={current ? "page" : undefined}
      className="flex min-h-12 items-center border-b-2 border-transparent px-3 text-sm whitespace-nowrap lg:max-xl:px-2 text-muted hover:text-ink aria-[current]:border-accent aria-[current]:text-ink max-lg:border-b-0 max-lg:border-l-2 max-lg:min-h-11"
    >
      {name}
    </Link>
  )
}
