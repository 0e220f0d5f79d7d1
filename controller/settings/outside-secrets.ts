// The password and the certificates of a server outside Docker, read where the settings say, each time they are needed.
import { readFile } from "node:fs/promises"
import { rootCertificates } from "node:tls"
import { Fault } from "../core/fault.ts"
import type { Outside } from "../ports.ts"

/** Throws a Fault, `settings-invalid`, that never holds the secret. */
export async function outsideSecrets(
  { passwordFile, passwordVariable, openPassword, tls }: Outside,
  env: Readonly<Record<string, string | undefined>>,
): Promise<{ readonly password: string; readonly ca: string }> {
  const checks = tls.mode === "verify-ca" || tls.mode === "verify-full"
  const ca = checks ? await certificates(tls) : ""
  if (openPassword) return { password: oneLine(openPassword()), ca }
  if (passwordFile !== undefined) return { password: oneLine(await textOf(passwordFile, "password")), ca }
  if (passwordVariable === undefined) return { password: "", ca }
  const password = env[passwordVariable]
  if (password !== undefined) return { password: oneLine(password), ca }
  throw new Fault("settings-invalid", `the variable ${passwordVariable} that servers name is not set`, {
    hint: "Set it in the environment of the controller, or name a file with passwordFile.",
  })
}

async function certificates({ ca, caFile }: Outside["tls"]): Promise<string> {
  if (ca !== undefined) return ca
  return caFile === undefined ? rootCertificates.join("\n") : await textOf(caFile, "certificates")
}

async function textOf(path: string, what: string): Promise<string> {
  try {
    return await readFile(path, "utf8")
  } catch (cause) {
    throw new Fault("settings-invalid", `the file ${path} with the ${what} of a server cannot be read`, {
      hint: "Mount it into the controller's container, and let its user read it.",
      cause,
    })
  }
}

/** Without the newline that editors and `echo` put at the end. */
function oneLine(text: string): string {
  const password = text.replace(/\r?\n$/, "")
  if (!/[\r\n\0]/.test(password)) return password
  throw new Fault("settings-invalid", "the password of a server has more than one line", {
    hint: "Keep the password alone in its file.",
  })
}
