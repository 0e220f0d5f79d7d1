// Pausing and resuming from the command line: what is asked of the controller, and what is said of its answers.
import { afterEach, describe, expect, mock, test } from "bun:test"
import { createClient } from "../../controller/cli/client.ts"
import { cancel } from "../../controller/cli/runs.ts"
import { change, changeAll, schedules } from "../../controller/cli/schedules.ts"
import { Fault } from "../../controller/core/fault.ts"
import {
  cancelRun,
  disableSchedule,
  enableSchedule,
  followLabel,
  getRun,
  getStatus,
  listSchedules,
  pauseAll,
  resumeAll,
} from "../../schemas/api.ts"
import type { JobView } from "../../schemas/job.ts"
import { Run } from "../../schemas/run.ts"
import type { JobId } from "../../schemas/server.ts"
import { theJob } from "../api/samples.ts"
import { answer, controllerAnswers } from "../dashboard/setup/controller.ts"
import { status } from "../dashboard/setup/samples.ts"
import { aProblem, minute } from "../state/samples.ts"

afterEach(() => mock.restore())

const call = createClient("http://127.0.0.1:1")
const weekly: JobView = { ...theJob, id: "shop~db:weekly" as JobId, name: "weekly" }
const paused = (pausedBy: "label" | "person" | "settings"): Partial<JobView> => ({
  enabled: false,
  pausedBy,
  nextRunAt: null,
})

/** The controller with two jobs, which become what is asked for. */
function controller(after: Partial<JobView>) {
  const changed = ({ path }: { readonly path: string }): JobView => ({
    ...(path.includes("weekly") ? weekly : theJob),
    ...after,
  })
  const { asked } = controllerAnswers(
    answer(listSchedules, [theJob, weekly]),
    answer(disableSchedule, changed),
    answer(enableSchedule, changed),
    answer(followLabel, changed),
    answer(pauseAll, [{ ...theJob, ...after }, weekly]),
    answer(resumeAll, [{ ...theJob, ...after }, weekly]),
    answer(getStatus, status()),
  )
  const said: string[] = []
  const changes = () =>
    asked.filter(({ method }) => method !== "get").map(({ method, path }) => `${method} ${path}`)
  return { said, changes, say: (line: string) => void said.push(line) }
}

describe("one job", () => {
  test("is paused by its name, and said to be", async () => {
    const { said, changes, say } = controller(paused("person"))
    await change(call, "pause", "shop/db:weekly", say)
    expect(changes()).toEqual(["post /api/schedules/shop~db%3Aweekly/disable"])
    expect(said).toEqual(["shop/db:weekly: paused by a person; backups asked for by hand still run"])
  })

  test("is every job where only the server is named", async () => {
    const { changes, say } = controller(paused("person"))
    await change(call, "pause", "shop/db", say)
    expect(changes()).toHaveLength(2)
  })

  test("says when it runs next once it is resumed, or follows its label", async () => {
    const resumed = controller({})
    await change(call, "resume", "shop/db:default", resumed.say)
    expect(resumed.changes()).toEqual(["delete /api/schedules/shop~db%3Adefault/override"])
    expect(resumed.said).toEqual([`shop/db:default: runs next at ${theJob.nextRunAt}`])
    mock.restore()
    const followed = controller(paused("label"))
    await change(call, "follow-label", "shop/db:default", followed.say)
    expect(followed.changes()).toEqual(["delete /api/schedules/shop~db%3Adefault/override"])
    expect(followed.said[0]).toContain("paused by its label")
  })

  test("that its label pauses is resumed against the label", async () => {
    const settings = [{ key: "paused", value: "yes", source: "label" as const }]
    const { asked } = controllerAnswers(
      answer(listSchedules, [{ ...theJob, ...paused("label"), settings }]),
      answer(enableSchedule, theJob),
    )
    await change(call, "resume", "shop/db", () => undefined)
    expect(asked.at(-1)?.path).toBe("/api/schedules/shop~db%3Adefault/enable")
  })

  test("that something else still stops is not said to run", async () => {
    const { say } = controller(paused("person"))
    const refused = await change(call, "resume", "shop/db:weekly", say).catch((error: unknown) => error)
    expect(refused).toBeInstanceOf(Fault)
    expect(refused).toMatchObject({
      message: "still paused: shop/db:weekly",
      hint: "Every schedule is paused: dbbackup resume --all.",
    })
  })

  test("that there is not is named, with those there are", async () => {
    const { changes, say } = controller({})
    const refused = change(call, "pause", "shop/db:hourly", say)
    expect(refused).rejects.toMatchObject({
      message: "there is no job shop/db:hourly",
      hint: "There are: shop/db:default, shop/db:weekly.",
    })
    await refused.catch(() => undefined)
    expect(changes()).toEqual([])
  })
})

describe("all jobs", () => {
  test("are paused and resumed with one request", async () => {
    const { changes } = controller(paused("label"))
    expect(await changeAll(call, "pause")).toBe("Every schedule is paused (2), until dbbackup resume --all.")
    expect(await changeAll(call, "resume")).toBe(
      "Every job follows its own schedule again (1 of 2 run).\nshop/db:default: still paused by its label",
    )
    expect(changes()).toEqual(["post /api/schedules/disable", "post /api/schedules/enable"])
  })

  test("are listed with who paused them", async () => {
    controllerAnswers(
      answer(listSchedules, [
        theJob,
        { ...weekly, ...paused("settings") },
        { ...weekly, settings: [{ key: "paused", value: "true", source: "label" }] },
      ]),
      answer(getStatus, status({ pausedBy: "settings" })),
    )
    const lines = (await schedules(call)).split("\n")
    expect(lines[0]).toBe("Every schedule is paused by the settings.")
    expect(lines[2]).toMatch(/^JOB +SCHEDULE +ZONE +NEXT RUN +STATE$/)
    expect(lines[3]).toMatch(/^shop\/db:default +daily +UTC +2026-.* +runs$/)
    expect(lines[4]).toMatch(/^shop\/db:weekly +daily +UTC +- +paused by the settings$/)
    expect(lines[5]).toMatch(/ runs, though its label pauses it$/)
  })
})

describe("cancel", () => {
  const base = {
    id: "r1",
    serverId: theJob.serverId,
    serverName: "shop/db",
    jobId: theJob.id,
    trigger: "schedule",
    queuedAt: minute(0).toISOString(),
    attempt: 1,
    retryOf: null,
  }
  const ended = (state: "failed" | "cancelled", retryAt: string | null) =>
    Run.parse({
      ...base,
      status: state,
      startedAt: minute(1).toISOString(),
      finishedAt: minute(2).toISOString(),
      error: aProblem(),
      retryAt,
    })

  test.each([
    ["a run that waited", Run.parse({ ...base, status: "queued" }), ended("cancelled", null), "cancelled"],
    [
      "the next try",
      ended("failed", minute(9).toISOString()),
      ended("failed", null),
      "it is not tried again",
    ],
    [
      "one that failed meanwhile",
      Run.parse({ ...base, status: "queued" }),
      ended("failed", null),
      "it was failed before it could be cancelled",
    ],
  ])("ends %s", async (_, before, after, words) => {
    let cancelled = false
    controllerAnswers(
      answer(getRun, () => ({ run: cancelled ? after : before, backups: [] })),
      answer(cancelRun, () => {
        cancelled = true
        return after
      }),
    )
    expect(await cancel(call, "r1")).toBe(`shop/db, run r1: ${words}`)
  })
})
