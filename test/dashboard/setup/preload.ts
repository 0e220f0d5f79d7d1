// Gives tests of components a document. Loaded before them (`bun test --preload`), because React looks for one when it is loaded.
import { afterEach, beforeAll, mock } from "bun:test"
import { Window } from "happy-dom"

const address = "http://dashboard.test/"
const world = globalThis as unknown as Record<string, unknown>

if (world.document === undefined) {
  const window = new Window({ url: address, width: 1280, height: 800 })
  const source = window as unknown as Record<string, unknown>
  for (const name of Object.getOwnPropertyNames(window)) {
    // Bun's own fetch, streams, timers and URL stay: the page's document must not bring another network with it.
    if (!(name in globalThis) && source[name] !== undefined) define(name, source[name])
  }
  // These exist in Bun as well, but have to belong to the document.
  for (const name of ["Event", "CustomEvent", "MessageEvent", "navigator", "location", "history"]) {
    define(name, source[name])
  }
  for (const name of ["addEventListener", "removeEventListener", "dispatchEvent"] as const) {
    define(name, (window[name] as (...args: unknown[]) => unknown).bind(window))
  }
  define("window", globalThis)
  define("self", globalThis)
}

// Not a static import: those are loaded before the lines above have run.
const { cleanup } = await import("@testing-library/react")

// Answers arrive by themselves, as in a browser: React need not warn that no test announced them.
beforeAll(() => {
  world.IS_REACT_ACT_ENVIRONMENT = false
})

afterEach(() => {
  cleanup()
  mock.restore()
  localStorage.clear()
  history.replaceState(null, "", address)
})

function define(name: string, value: unknown): void {
  Object.defineProperty(globalThis, name, { value, configurable: true, writable: true })
}
