// A fault in one page is shown in its place; the navigation stays.
import { Component, type ReactNode } from "react"
import { Button } from "../components/button.tsx"

interface State {
  readonly error: unknown
}

/** A class because React has no other way to catch what rendering throws. */
export class CrashBoundary extends Component<{ readonly children: ReactNode }, State> {
  override state: State = { error: undefined }

  static getDerivedStateFromError(error: unknown): State {
    return { error }
  }

  override render(): ReactNode {
    const { error } = this.state
    if (error === undefined) return this.props.children
    return (
      <div role="alert" className="my-8 max-w-prose border-l-2 border-bad pl-3">
        <p>This page broke: {error instanceof Error ? error.message : String(error)}.</p>
        <p className="mb-3 text-muted">
          It is a fault of the dashboard. Backups are not affected: they run in the controller.
        </p>
        <Button onClick={() => location.reload()}>Reload</Button>
      </div>
    )
  }
}
