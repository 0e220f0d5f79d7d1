// Starts the dashboard: the cache, the event stream that keeps it fresh, and the page.
import "./styles.css"
import { StrictMode } from "react"
import { createRoot } from "react-dom/client"
import { connectionStore } from "../lib/connection.ts"
import { followEvents } from "../lib/events.ts"
import { queryClient } from "../lib/query-client.ts"
import { App } from "./app.tsx"

const root = document.getElementById("root")
if (!root) throw new Error("index.html has no element with the id root")

const connection = connectionStore()
const client = queryClient(connection)
followEvents(client, connection)

createRoot(root).render(
  <StrictMode>
    <App client={client} connection={connection} />
  </StrictMode>,
)
