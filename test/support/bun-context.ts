// What the bun stand-in is built from beside its Dockerfile: the bun that runs this, and the machine's certificates.
import { copyFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { cacheFolder } from "./places.ts"

const certificates = ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt"].find((file) =>
  existsSync(file),
)

/** A new folder to build from. npm chose this bun for the machine's processor; an image built here runs here. */
export function bunContext(dockerfileFolder: string): string {
  const folder = mkdtempSync(join(cacheFolder("contexts"), "bun-"))
  cpSync(dockerfileFolder, folder, { recursive: true })
  copyFileSync(process.execPath, join(folder, "bun"))
  mkdirSync(join(folder, "certs"))
  if (certificates !== undefined) copyFileSync(certificates, join(folder, "certs", "ca-certificates.crt"))
  return folder
}

/** What of the machine goes into the image, for its hash. */
export function bunInputs(): readonly string[] {
  return [Bun.version, process.arch, certificates === undefined ? "" : readFileSync(certificates, "utf8")]
}

/** Makes TLS clients in the image trust what this machine trusts. */
export function bunEnvironment(): Readonly<Record<string, string>> {
  if (certificates === undefined) return {}
  const bundle = "/etc/ssl/certs/ca-certificates.crt"
  return { NODE_EXTRA_CA_CERTS: bundle, SSL_CERT_FILE: bundle }
}
