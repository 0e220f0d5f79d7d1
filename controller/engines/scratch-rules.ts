// What is done in a throw-away server beside a restore: whom to work as, what lives beside the databases, and questions.
import type { Access, Script } from "./engine.ts"

export interface ScratchRules {
  /**
   * Makes an account to work as that nothing in a backup of accounts changes, with the password of the image's variable. Absent: the
   * image's own account lets us in whatever is loaded.
   */
  readonly account?: { readonly name: string; make(access: Access): Script }
  /** Reads a dump of globals on stdin, makes all of it that can be made, and fails with what cannot. What is there already is no failure. */
  loadGlobals(access: Access): Script
  /** Makes those of the roles that are missing, able to do nothing, and prints their names, one a line. Absent: a load needs none. */
  makeRoles?(names: readonly string[], access: Access): Script
  /** Prints the answer to a person's query: rows as lines, columns apart by a tab or `|`. */
  query(database: string, text: string, access: Access): Script
}
