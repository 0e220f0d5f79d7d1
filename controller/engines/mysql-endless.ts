// Events that a dump tool never gets past. It looks for a delimiter that is not in the body, and tries the first one for ever:
// `create_delimiter` in the mysqldump of MySQL up to 9.7 and of MariaDB up to 10.11 counts the wrong variable up.
import type { Engine } from "../../schemas/scalar.ts"

/** Rows of database and event, as hexadecimal digits. `of` says for which names of schemas. */
export const listEndless = (of: (schema: string) => string): string =>
  `select 'endless', hex(e.event_schema), hex(e.event_name) from information_schema.events e
where e.event_definition like '%;;%' and ${of("e.event_schema")} order by 2, 3`

const firstSoundMariadb = 11

/** @param events such as `shop.odd` */
export function endlessWarning(
  engine: Engine,
  tool: string,
  toolVersion: string,
  events: readonly string[],
): readonly string[] {
  if (events.length === 0 || (engine === "mariadb" && Number.parseInt(toolVersion, 10) >= firstSoundMariadb))
    return []
  return [
    `${tool} ${toolVersion} never ends on an event whose body holds two semicolons in a row: ${events.join(", ")}. Its dump is ended after dbbackup.stall-timeout. Write the body without ";;", for example concat(';', ';').`,
  ]
}
