// What makes a stored backup one that can be counted on, as conditions of SQL: some copy of it holds the right bytes, and no look
// at the dump itself has found it bad.

/** Of `backups`, by the alias it has in the query. */
export const isSound = (alias: string): string => `
  EXISTS (SELECT 1 FROM copies sc WHERE sc.backup_id = ${alias}.id AND sc.state = 'stored')
  AND NOT EXISTS (SELECT 1 FROM verifications vf WHERE ${isRefuted("vf", alias)})`

/**
 * One that would be good, and is not sound. Few have a copy that failed or a verification that did, and only these are looked at:
 * a plus keeps SQLite from going through all that are completed.
 */
export const isDamaged = (alias: string): string => `
  ${alias}.id IN (SELECT backup_id FROM copies INDEXED BY copies_failed WHERE state = 'failed'
      UNION SELECT backup_id FROM verifications WHERE outcome = 'failed')
  AND +${alias}.status = 'completed' AND +${alias}.deleted_at IS NULL AND ${alias}.doubted = 0 AND NOT (${isSound(alias)})`

/** The codes of a copy's own damage, which says nothing of the dump: another copy of it may be right. */
const ofCopy = "('copy-mismatch', 'copy-missing')"

/** A verification after which the dump counts as bad: until one of its level, or of a higher one, passes. */
export const isRefuted = (verification: string, alias: string): string => `
  ${verification}.backup_id = ${alias}.id AND ${verification}.outcome = 'failed'
  AND json_extract(${verification}.detail, '$.code') NOT IN ${ofCopy}
  AND NOT EXISTS (SELECT 1 FROM verifications vp WHERE vp.backup_id = ${verification}.backup_id AND vp.outcome = 'passed'
    AND ${rank("vp")} >= ${rank(verification)} AND vp.finished_at > ${verification}.finished_at)`

/** Rises with the level. */
function rank(verification: string): string {
  return `instr('checksum read drill', ${verification}.level)`
}
