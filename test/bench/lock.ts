// How long writers are held up while a dump and its fingerprint open their snapshots: idle, and beside four that write all the time.
import { place, startController } from "../support/controller.ts"
import { homeDatabase, startServer } from "../support/servers.ts"
import { fillWith } from "./data.ts"
import { record } from "./figures.ts"
import { fingerprinted } from "./fingerprint.ts"

const times = 20
const writers = 4

const writer = `create table written (i int auto_increment primary key, x varchar(100)); create table stop (i int);
delimiter //
create procedure write_on() begin
  while not exists (select 1 from stop) do insert into written (x) values (repeat('x', 100)); end while;
end //
delimiter ;`

export async function lockLength(image: string, megabytes: number): Promise<void> {
  const here = place()
  const labels = { enable: "true", schedule: "manual", databases: "large", fingerprint: "estimates" }
  const server = await startServer(
    image,
    Object.fromEntries(Object.entries(labels).map(([key, value]) => [`${here.prefix}.${key}`, value])),
  )
  try {
    await server.ready()
    await fillWith(server, "large", megabytes)
    await server.sql(homeDatabase[server.engine], "create database busy")
    await server.sql("busy", writer)
    const controller = await startController(here)
    const measure = async (what: string) => {
      const found: number[] = []
      let without = 0
      for (let run = 0; run < times; run++) {
        const { lockMilliseconds } = await fingerprinted(controller, "large")
        if (lockMilliseconds === null) without++
        else found.push(lockMilliseconds)
      }
      const most = Math.max(...found).toFixed(0)
      record(`${image} lock, ${what}`, found, "ms", `at most ${most} ms; ${without} of ${times} without`)
    }
    await measure("idle")
    const writing = Array.from({ length: writers }, () => server.sql("busy", "call write_on()"))
    await measure(`${writers} writers`)
    await server.sql("busy", "insert into stop values (1)")
    await Promise.all(writing)
    await controller.end("SIGTERM")
  } finally {
    await server.remove()
    here.remove()
  }
}
