// What jobs cover: every subject that is known of a server, and whose backups stand for which of them.
import { takesAll } from "../../schemas/part-labels.ts"
import type { Subject } from "../../schemas/server.ts"
import { isSelected, missingNames } from "./run-plan.ts"
import type { DesiredJob } from "./schedule-plan.ts"

/** Databases that were seen or that a label names, sorted, and the globals where a job takes them. */
export function subjectsSeen(jobs: readonly DesiredJob[], databases: readonly string[]): readonly Subject[] {
  const named = jobs.flatMap((job) => missingNames(job.spec.databases, databases))
  const subjects: Subject[] = [...new Set([...databases, ...named])]
    .sort()
    .map((name) => ({ kind: "database", name }))
  return jobs.some((job) => job.spec.globals) ? [...subjects, { kind: "globals" }] : subjects
}

export function covers(job: DesiredJob, subject: Subject): boolean {
  return subject.kind === "globals" ? job.spec.globals : isSelected(job.spec.databases, subject.name)
}

/** Whether the job's backups stand for the subject: those of a part of a database do not, however fresh they are. */
export function standsFor(job: DesiredJob, subject: Subject): boolean {
  return subject.kind === "globals" || takesAll(job.spec)
}
