// Faults of the database server in the middle of a dump: each ends in one clear failure, and the last good backup is untouched.
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test"
import { listServers } from "../../schemas/api.ts"
import { homeDatabase, startServer } from "../support/servers.ts"
import { until } from "../support/until.ts"
import { type Stage, stage } from "./stage.ts"

setDefaultTimeout(240_000)
const images = process.env.FAULT_IMAGES?.split(",") ?? ["postgres:17", "mysql:9", "mariadb:11.8"]

for (const image of images) {
  describe(`a dump of ${image}`, () => {
    const postgres = image.startsWith("postgres")
    let on: Stage
    beforeAll(async () => {
      on = await stage(image)
    })
    afterAll(() => on?.end())

    test("whose database is dropped at half of it fails, and holds the drop up no longer than it must", async () => {
      const backup = await on.flowing("large")
      const { server } = on
      await server.sql(
        homeDatabase[server.engine],
        postgres ? "drop database large with (force)" : "drop database large",
      )
      await on.fails(`database-dropped-${server.engine}`, backup)
    })

    test("leaves the last good backup as it was: every row comes back", async () => {
      await on.stillRestores("shop_again")
    })

    test("whose container is removed for good fails; on a new server the last good backup comes back", async () => {
      const { server, here } = on
      const backup = await on.flowing("large_two")
      await server.remove()
      await on.fails("container-removed", backup)
      const labels = { enable: "true", schedule: "manual", id: `${here.prefix}-${image.split(":")[0]}` }
      const again = await startServer(
        image,
        Object.fromEntries(Object.entries(labels).map(([key, value]) => [`${here.prefix}.${key}`, value])),
      )
      try {
        await again.ready()
        await until("the new server is seen", async () =>
          (await on.controller.call(listServers)).data.some(
            ({ container, state }) => container?.name === again.name && state === "active",
          ),
        )
        await on.stillRestores("shop_again", again)
      } finally {
        await again.remove()
      }
      expect(on.good.status).toBe("completed")
    })
  })
}
