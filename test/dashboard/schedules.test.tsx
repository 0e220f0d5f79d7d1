import { describe, expect, test } from "bun:test"
import { fireEvent, screen, waitFor, within } from "@testing-library/react"
import {
  disableSchedule,
  enableSchedule,
  followLabel,
  getStatus,
  listSchedules,
  nextRunsOf,
  pauseAll,
  resumeAll,
} from "../../schemas/api.ts"
import type { JobView } from "../../schemas/job.ts"
import { answer, controllerAnswers, Refused } from "./setup/controller.ts"
import { hoursAgo, job, status } from "./setup/samples.ts"
import { show } from "./setup/show.tsx"

const pausedLabel = { key: "paused", value: "true", source: "label" } as const
const stopped = (pausedBy: NonNullable<JobView["pausedBy"]>): Partial<JobView> => ({
  enabled: false,
  pausedBy,
  nextRunAt: null,
})

/** The page with one job, which is what it was last changed to. */
function schedules(
  first: JobView,
  after: Partial<JobView> = {},
  pausedBy: "person" | "settings" | null = null,
) {
  let now = first
  let all = pausedBy
  const changed = () => {
    now = { ...first, ...after }
    return now
  }
  const changedAll = (by: typeof pausedBy) => () => {
    all = by
    return [changed()]
  }
  const { asked } = controllerAnswers(
    answer(listSchedules, () => [now]),
    answer(nextRunsOf, [hoursAgo(-3)]),
    answer(getStatus, () => status({ pausedBy: all })),
    answer(disableSchedule, changed),
    answer(enableSchedule, changed),
    answer(followLabel, changed),
    answer(pauseAll, changedAll("person")),
    answer(resumeAll, changedAll(null)),
  )
  show("/schedules")
  return () => asked.filter(({ method }) => method !== "get").map(({ method, path }) => `${method} ${path}`)
}
const button = (words: string) => screen.findByRole("button", { name: `${words}: shop/db, job default` })

describe("a job", () => {
  test("is paused with its button, and says then who paused it", async () => {
    const changes = schedules(job(), stopped("person"))
    const pressed = await button("Pause")
    pressed.focus()
    fireEvent.click(pressed)
    expect(await screen.findByText("paused by a person")).toBeDefined()
    expect(document.activeElement === (await button("Resume"))).toBe(true)
    expect(changes()).toEqual(["post /api/schedules/shop~db%3Adefault/disable"])
    expect(await screen.findByText("none while it is paused")).toBeDefined()
  })

  test("that a person paused follows its label when it is resumed", async () => {
    const changes = schedules(job(stopped("person")), { enabled: true, pausedBy: null })
    fireEvent.click(await button("Resume"))
    expect(await screen.findByText("started by the schedule")).toBeDefined()
    expect(changes()).toEqual(["delete /api/schedules/shop~db%3Adefault/override"])
  })

  test("that its label pauses is resumed against the label, and can follow it again", async () => {
    const paused = job({ ...stopped("label"), settings: [pausedLabel] })
    const changes = schedules(paused, { enabled: true, pausedBy: null })
    expect(await screen.findByText("paused by its label")).toBeDefined()
    fireEvent.click(await button("Resume"))
    expect(await screen.findByText("resumed by a person, though its label pauses it")).toBeDefined()
    fireEvent.click(await button("Follow the label again"))
    await waitFor(() =>
      expect(changes()).toEqual([
        "post /api/schedules/shop~db%3Adefault/enable",
        "delete /api/schedules/shop~db%3Adefault/override",
      ]),
    )
  })

  test("that could not be changed is not said to be", async () => {
    controllerAnswers(
      answer(listSchedules, [job()]),
      answer(nextRunsOf, []),
      answer(getStatus, status()),
      answer(disableSchedule, () => {
        throw new Refused(500, { code: "BACKUP_ERROR", message: "the disk is full", hint: "Make room." })
      }),
    )
    show("/schedules")
    fireEvent.click(await button("Pause"))
    expect(await screen.findByText("Not changed: the disk is full. Make room.")).toBeDefined()
    expect(screen.getByText("started by the schedule")).toBeDefined()
  })
})

describe("all jobs", () => {
  test("are paused after a question that says what goes on, and resumed with one button", async () => {
    const changes = schedules(job(), stopped("person"))
    fireEvent.click(await screen.findByRole("button", { name: "Pause all" }))
    const dialog = within(screen.getByRole("dialog"))
    expect(dialog.getByText(/backups that are asked for still run/)).toBeDefined()
    expect(changes()).toEqual([])
    fireEvent.click(dialog.getByRole("button", { name: "Pause all" }))
    expect(await screen.findByText("A person paused every schedule.")).toBeDefined()
    expect(screen.queryByRole("button", { name: /^Resume: / }) === null).toBe(true)
    fireEvent.click(screen.getByRole("button", { name: "Resume all" }))
    await waitFor(() => expect(screen.queryByText("A person paused every schedule.") === null).toBe(true))
    expect(changes()).toEqual(["post /api/schedules/disable", "post /api/schedules/enable"])
  })

  test("that the settings pause are resumed there, not here", async () => {
    schedules(job(stopped("settings")), {}, "settings")
    expect(await screen.findByText("The settings pause every schedule.")).toBeDefined()
    expect(screen.getByRole("link", { name: "See settings" }).getAttribute("href")).toBe("/settings")
    expect(screen.queryByRole("button", { name: /Resume|Pause/ }) === null).toBe(true)
  })
})
