// Requests to check backups again that are not done, in a file beside the catalogue: what came of the others is in the catalogue, and
// a lost file loses no proof.
import { readFileSync, renameSync, writeFileSync } from "node:fs"
import { z } from "zod"
import { VerifyTask } from "../../schemas/verify-task.ts"
import type { TaskMemory } from "../ports.ts"

const Tasks = z.array(VerifyTask)

/** @param path of the catalogue */
export function keptTasks(path: string): TaskMemory {
  const file = `${path}.verifications.json`
  return {
    read() {
      try {
        return Tasks.parse(JSON.parse(readFileSync(file, "utf8")))
      } catch {
        // There is none yet, or it was cut short: nobody can be told of what it held.
        return []
      }
    },
    write(tasks) {
      writeFileSync(`${file}.part`, JSON.stringify(tasks), { mode: 0o600 })
      renameSync(`${file}.part`, file)
    },
  }
}
