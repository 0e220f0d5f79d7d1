// Starts the controller with this process's environment, or says why it cannot.
import { Fault } from "./core/fault.ts"
import { serve } from "./serve.ts"

try {
  requireBun(Bun.version)
  await serve(process.env)
} catch (error) {
  const { message, hint } =
    error instanceof Fault
      ? error
      : { message: error instanceof Error ? error.stack : String(error), hint: null }
  process.stderr.write(`dbbackup: ${message}${hint ? `\n${hint}` : ""}\n`)
  process.exit(1)
}

function requireBun(version: string): void {
  if (Bun.semver.satisfies(version, ">=1.4.0")) return
  throw new Fault("settings-invalid", `Bun ${version} is too old`, {
    hint: "Docker streams need Bun 1.4 or newer.",
  })
}
