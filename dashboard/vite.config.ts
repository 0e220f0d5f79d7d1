// Builds the dashboard to dashboard/dist; in development it asks a controller on port 3000 for data.
import tailwindcss from "@tailwindcss/vite"
import react from "@vitejs/plugin-react"
import { defineConfig } from "vite"

export default defineConfig({
  root: import.meta.dirname,
  base: "/",
  plugins: [react(), tailwindcss()],
  build: {
    outDir: "dist",
    emptyOutDir: true,
    // Nothing may be inlined as data: in a script or style; the page's policy allows only its own origin.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // One file of about 190 KB compressed, read once from the same host: splitting it would only add round trips.
    chunkSizeWarningLimit: 700,
  },
  server: { host: "127.0.0.1", proxy: { "/api": "http://127.0.0.1:3000" } },
})
