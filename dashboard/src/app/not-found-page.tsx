// An address that no page has.
import { Link } from "wouter"
import { Page } from "../components/page.tsx"

export function NotFoundPage() {
  return (
    <Page title="No such page">
      <p>
        This address leads nowhere. Go to the{" "}
        <Link href="/" className="link">
          overview
        </Link>
        .
      </p>
    </Page>
  )
}
