// What a PostgreSQL server has beside its databases: asked, and read.
import { z } from "zod"
import type { Survey } from "../core/survey.ts"

/** One line of JSON. psql's variable `name`: the database whose sessions are counted. */
export const surveyServer = `select json_build_object(
  'user', current_user,
  'roles', (select coalesce(json_agg(rolname order by rolname), '[]') from pg_roles),
  'extensions', (select coalesce(json_object_agg(e.name, array_to_json(array[e.default_version] || array(
    select v.version from pg_available_extension_versions v where v.name = e.name and v.version <> e.default_version))), '{}')
    from pg_available_extensions e where e.default_version is not null),
  'connections', (select coalesce(json_agg(json_build_object('user', a.usename, 'count', a.n)), '[]') from (
    select usename, count(*) as n from pg_stat_activity
    where datname = :'name' and pid <> pg_backend_pid() and usename is not null group by usename order by usename) as a)
);`

const Answer = z.object({
  user: z.string(),
  roles: z.array(z.string()),
  extensions: z.record(z.string(), z.array(z.string())),
  connections: z.array(z.object({ user: z.string(), count: z.number() })),
})

/** Throws when it is not a whole one. */
export function readPostgresSurvey(stdout: string): Survey {
  const [line = ""] = stdout.split("\n")
  const bytesOf = (word: string) => {
    const kibibytes = new RegExp(`^${word} (\\d+)$`, "m").exec(stdout)?.[1]
    return kibibytes === undefined ? null : Number(kibibytes) * 1024
  }
  return {
    ...Answer.parse(JSON.parse(line)),
    collations: null,
    plugins: [],
    foldsCase: false,
    freeBytes: bytesOf("free"),
    temporaryBytes: bytesOf("temporary"),
  }
}
