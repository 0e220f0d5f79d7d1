// Certificates that a person pasted: nothing but certificates, so that the rest of the text cannot be taken for something else.
import { X509Certificate } from "node:crypto"
import { Fault } from "./fault.ts"

/** Those of a text in PEM, each as it stands there. Throws a Fault, `request-invalid`, when there are none, or one cannot be read. */
export function certificatesIn(pem: string): string {
  const found = pem.match(/-----BEGIN CERTIFICATE-----[\sA-Za-z0-9+/=]*-----END CERTIFICATE-----/g) ?? []
  if (found.length === 0 || found.length !== pem.split("BEGIN CERTIFICATE").length - 1) throw notPem()
  try {
    for (const text of found) new X509Certificate(text)
  } catch (cause) {
    throw notPem(cause)
  }
  return found.join("\n")
}

function notPem(cause?: unknown): Fault {
  return new Fault("request-invalid", "tls.ca does not hold certificates in PEM", {
    hint: "Paste the text from -----BEGIN CERTIFICATE----- to -----END CERTIFICATE-----: the certificate of whoever signed the server's own.",
    cause,
  })
}
