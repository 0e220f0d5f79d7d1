// Jobs that cannot do without a destination: those that somebody told to use it, not those that use all there are.
import type { JobView } from "../../schemas/job.ts"
import { List } from "../../schemas/scalar.ts"
import type { JobId } from "../../schemas/server.ts"

export function namingJobs(jobs: readonly JobView[], destination: string): JobId[] {
  return jobs
    .filter(({ settings }) => {
      const said = settings.find(({ key }) => key === "destinations")
      // What nobody said is every destination, and named by the settings.
      return (
        said !== undefined &&
        said.source === "label" &&
        (List.safeParse(said.value).data ?? []).includes(destination)
      )
    })
    .map(({ id }) => id)
}
