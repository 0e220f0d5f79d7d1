// Which backups of a run are dumped together, by one tool at one instant, and which by themselves.
import { takesAll } from "../../schemas/part-labels.ts"
import type { DesiredJob } from "../core/schedule-plan.ts"
import type { ProbedDatabase } from "../engines/engine.ts"
import type { NewBackup } from "../ports.ts"
import type { Look } from "./probe.ts"

/** Dumped at one instant; or a single one. */
export interface Group {
  readonly backups: readonly NewBackup[]
  /** How often they were tried together. */
  readonly tries: number
}

/** A database that fails the dump of all is taken out, and the others begin again: so often at most. */
const mostTries = 3

export const single = (backup: NewBackup): Group => ({ backups: [backup], tries: 0 })

/** In the order given, but for databases that can be dumped together: these stand where the first of them stood. */
export function groupsOf(
  backups: readonly NewBackup[],
  { rules, probe }: Pick<Look, "rules" | "probe">,
  { spec }: Pick<DesiredJob, "spec">,
  tries = 0,
): readonly Group[] {
  const canJoin = ({ name, hidden = [], ...facts }: ProbedDatabase) =>
    hidden.length === 0 && rules.together?.joins({ name, ...facts }) === true
  const able = new Set(probe.databases.filter(canJoin).map(({ name }) => name))
  const joined = backups.filter(({ subject }) => subject.kind === "database" && able.has(subject.name))
  // Of a part, no tool can take several at once.
  const alone = spec.snapshot === "database" || !takesAll(spec)
  if (alone || joined.length < 2 || tries >= mostTries) return backups.map(single)
  return backups.flatMap((backup): readonly Group[] => {
    if (backup === joined[0]) return [{ backups: joined, tries }]
    return joined.includes(backup) ? [] : [single(backup)]
  })
}
