// The help dialog: what the words mean, and the keys.
import { CircleHelp } from "lucide-react"
import { useState } from "react"
import { Dialog } from "../components/dialog.tsx"
import { Fact, Facts } from "../components/facts.tsx"
import { useShortcut } from "./use-shortcut.ts"

export function Help() {
  const [open, setOpen] = useState(false)
  useShortcut("?", () => setOpen(true))
  return (
    <>
      <button
        type="button"
        onClick={() => setOpen(true)}
        aria-haspopup="dialog"
        aria-keyshortcuts="?"
        title="Help (?)"
        className="inline-flex size-9 items-center justify-center rounded-sm text-muted hover:text-ink max-lg:size-11"
      >
        <CircleHelp aria-hidden className="size-4" />
        <span className="sr-only">Help</span>
      </button>
      {open && (
        <Dialog title="Help" onClose={() => setOpen(false)}>
          <h3 className="text-sm font-semibold">Keys</h3>
          <Facts>
            <Fact name="/">
              <span>find a database or server</span>
            </Fact>
            <Fact name="?">this help</Fact>
            <Fact name="Esc">close a dialog, leave the search field</Fact>
            <Fact name="Tab, Enter">everything else</Fact>
          </Facts>
          <h3 className="mt-3 text-sm font-semibold">Words</h3>
          <Facts>
            <Fact name="fresh, late">
              The newest good backup is, or is not, younger than twice the schedule's interval.
            </Fact>
            <Fact name="completed">
              Proven: the tool exited with 0, the end of the dump was seen, size and SHA-256 were recorded,
              and every copy listed as stored has them.
            </Fact>
            <Fact name="suspect">
              Proven, and far smaller than the last good one, as the label max-shrink says. It does not count
              as good until somebody accepts it.
            </Fact>
            <Fact name="interrupted">The controller stopped while it ran. Nothing half-made is kept.</Fact>
            <Fact name="try 2 of 4">
              What fails is tried again by itself, as often as the label retries says; each try is a run.
            </Fact>
            <Fact name="paused">
              The schedule starts no run: its label, a person or the settings said so. Backups that are asked
              for still run.
            </Fact>
            <Fact name="globals">What lives beside the databases of a server: roles, accounts, grants.</Fact>
            <Fact name="unprotected">A database server without a label that asks for backups.</Fact>
            <Fact name="retired">Its container is gone. Its backups stay.</Fact>
          </Facts>
          <p className="text-sm text-muted">
            What is backed up, when, and for how long is said by labels on the containers. This dashboard
            shows them; it does not change them. It can pause a job, which is remembered beside its label.
          </p>
        </Dialog>
      )}
    </>
  )
}
