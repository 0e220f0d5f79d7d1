import { afterEach, beforeEach, describe, expect, jest, test } from "bun:test"
import { screen, waitFor } from "@testing-library/react"
import { followEvents } from "../../dashboard/src/lib/events.ts"
import { formatClock } from "../../dashboard/src/lib/format.ts"
import { getStatus, listBackups, listDatabases, listRestores, listServers } from "../../schemas/api.ts"
import { answer, controllerAnswers } from "./setup/controller.ts"
import { database, server, status } from "./setup/samples.ts"
import { show } from "./setup/show.tsx"
import { type DrivenStream, drivenStream } from "./setup/stream.ts"

const healthy = [
  answer(getStatus, () => status()),
  answer(listDatabases, [database()]),
  answer(listServers, [server()]),
  answer(listBackups, []),
  answer(listRestores, []),
]

let stop: () => void = () => undefined
afterEach(() => stop())

/** The overview, following a stream that the test drives. */
async function followedOverview() {
  const streams: DrivenStream[] = []
  const { asked } = controllerAnswers(...healthy)
  const { client, connection } = show("/")
  stop = followEvents(client, connection, () => {
    const next = drivenStream()
    streams.push(next)
    return next.stream
  })
  const first = streams[0]
  if (!first) throw new Error("no stream was opened")
  first.open()
  await screen.findByText(/^All 2 databases are backed up/)
  return { asked, streams, first }
}

const timesAsked = (asked: readonly { readonly path: string }[], path: string) =>
  asked.filter((question) => question.path === path).length

describe("while the connection is lost", () => {
  test("a banner says so and how old the data is, and the data stays, marked as not live", async () => {
    const { first } = await followedOverview()
    expect(screen.queryByText("Connection lost") === null).toBe(true)
    const before = formatClock(new Date())
    first.fail("connecting")
    const banner = (await screen.findByText("Connection lost")).parentElement
    expect([before, formatClock(new Date())]).toContain(banner?.querySelector("time")?.textContent ?? "")
    expect(screen.getByText(/^All 2 databases are backed up/)).toBeDefined()
    expect(screen.getByRole("main").closest("[data-connection]")?.getAttribute("data-connection")).toBe(
      "lost",
    )
  })

  test("it goes when the stream is back, and everything is asked for again", async () => {
    const { asked, first } = await followedOverview()
    first.fail("connecting")
    const before = timesAsked(asked, "/api/system/status")
    first.open()
    await waitFor(() => expect(timesAsked(asked, "/api/system/status")).toBe(before + 1))
    expect(screen.queryByText("Connection lost") === null).toBe(true)
  })

  describe("and the browser has given up", () => {
    beforeEach(() => void jest.useFakeTimers())
    afterEach(() => void jest.useRealTimers())

    test("a new stream is opened, waiting twice as long each time", () => {
      controllerAnswers(...healthy)
      const { client, connection } = show("/settings")
      const streams: DrivenStream[] = []
      stop = followEvents(client, connection, () => {
        const next = drivenStream()
        streams.push(next)
        return next.stream
      })
      streams[0]?.fail("closed")
      jest.advanceTimersByTime(999)
      expect(streams).toHaveLength(1)
      jest.advanceTimersByTime(1)
      expect(streams).toHaveLength(2)
      streams[1]?.fail("closed")
      jest.advanceTimersByTime(1999)
      expect(streams).toHaveLength(2)
      jest.advanceTimersByTime(1)
      expect(streams).toHaveLength(3)
    })
  })
})

test("an event asks again for what it made stale, and for nothing else", async () => {
  const { asked, first } = await followedOverview()
  await screen.findByRole("link", { name: "shop" })
  const before = [...asked]
  first.send({ name: "problem.changed", data: { serverId: null } })
  await waitFor(() => expect(asked.length).toBe(before.length + 3))
  const again = asked.slice(before.length).map(({ path }) => path)
  expect(again.sort()).toEqual(["/api/databases", "/api/servers", "/api/system/status"])
})

test("without any answer at first, the page says what to check and offers to try again", async () => {
  controllerAnswers(
    answer(getStatus, () => {
      throw new TypeError("connection refused")
    }),
  )
  show("/settings")
  expect(await screen.findByText(/^No connection/, {}, { timeout: 20_000 })).toBeDefined()
  expect(screen.getByRole("main").closest("[data-connection]")?.getAttribute("data-connection")).toBe("lost")
}, 30_000)
