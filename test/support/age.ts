// The programs age and age-keygen, which the tests of encryption compare with: the installed ones, else Debian's package.
import { mkdirSync } from "node:fs"
import { dirname, join } from "node:path"
import { aptInstall, copyFromDebianPackage, installRefusal } from "./apt.ts"
import { which } from "./command.ts"
import { cacheFolder } from "./places.ts"

const suite = "bookworm"

export interface Age {
  readonly age: string
  readonly keygen: string
}

/** Where the programs are. */
export async function ensureAge(): Promise<Age> {
  const installed = (): Age | undefined => {
    const [age, keygen] = [which("age"), which("age-keygen")]
    return age === undefined || keygen === undefined ? undefined : { age, keygen }
  }
  const found = installed()
  if (found) return found
  if (process.env.DBBACKUP_NO_INSTALL === "1") throw new Error("age is missing: install the package age")
  if (installRefusal() === undefined) {
    await aptInstall(["age"], "the tests compare with it")
    const now = installed()
    if (now) return now
  }
  const folder = cacheFolder("age")
  const unpacked = { age: join(folder, "age"), keygen: join(folder, "age-keygen") }
  mkdirSync(dirname(unpacked.age), { recursive: true })
  await copyFromDebianPackage(suite, "age", "usr/bin/age", unpacked.age)
  await copyFromDebianPackage(suite, "age", "usr/bin/age-keygen", unpacked.keygen)
  return unpacked
}
