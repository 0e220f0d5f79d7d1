// Tools that a controller which is no more left running in a container: ended by the next one, and nobody else's with them.
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test"
import { createDocker } from "../../controller/docker/client.ts"
import { must } from "../support/command.ts"
import { until } from "../support/until.ts"
import { type Container, endpoint, idle, never, processes, remove } from "./docker-fixture.ts"

setDefaultTimeout(60_000)
const before = createDocker(endpoint, { installation: "ours", instance: "1" })
const now = createDocker(endpoint, { installation: "ours", instance: "2" })
const other = createDocker(endpoint, { installation: "oursandmore", instance: "1" })

let box: Container
beforeAll(async () => {
  box = await idle()
})
afterAll(() => remove(box))

const start = (docker: typeof now, script: string, user?: string) =>
  docker.exec(
    { containerId: box.id, script, args: [], stdin: false, ...(user !== undefined && { user }) },
    never,
  )

describe("the tools of an earlier process", () => {
  test("are ended with all that they started; those of this one, of others and of nobody run on", async () => {
    const left = await start(before, "sleep 5011 & sleep 5012 & setsid sleep 5013 & exec sleep 5014")
    await (await start(before, "(setsid sleep 5021 >/dev/null 2>&1 &)")).exit
    await start(now, "exec sleep 5031")
    await start(other, "exec sleep 5032")
    await must(["docker", "exec", "--detach", box.name, "sleep", "5033"])
    await until("all of them run", async () => {
      const all = await processes(box)
      return ["5011", "5012", "5013", "5014", "5021", "5031", "5032", "5033"].every((word) =>
        all.includes(word),
      )
    })
    expect(await now.endLeftovers(box.id, never)).toBeGreaterThanOrEqual(1)
    const all = await processes(box)
    expect(all).not.toMatch(/501[1234]/)
    // 5021 is what a hook leaves that starts a daemon: it may be the server itself.
    expect(all.match(/50[23][123]/g)?.sort()).toEqual(["5021", "5031", "5032", "5033"])
    await left.exit
    expect(await now.endLeftovers(box.id, never)).toBe(0)
  })

  test("are none of a container's own business: what is started by it keeps its environment", async () => {
    const answer = await must(["docker", "exec", box.name, "sh", "-c", "echo $DBBACKUP_EXEC"])
    expect(answer.trim()).toBe("")
  })

  test("are said to be unknown, not none, when they cannot be searched for", async () => {
    const bare = await idle()
    try {
      await must(["docker", "exec", bare.name, "rm", "-f", "/usr/bin/tr", "/bin/tr"])
      await expect(now.endLeftovers(bare.id, never)).rejects.toMatchObject({
        code: "docker-error",
        message: expect.stringContaining("may still run"),
      })
      await must(["docker", "kill", bare.name])
      await expect(now.endLeftovers(bare.id, never)).rejects.toMatchObject({ code: "server-down" })
    } finally {
      await remove(bare)
    }
  })
})
