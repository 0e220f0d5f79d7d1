// Whether a file is encrypted in the age format: by its first bytes, as the controller tells it.
const beginnings = ["age-encryption.org/v1", "-----BEGIN AGE ENCRYPTED FILE-----"]

export async function isAge(file: Blob): Promise<boolean> {
  const start = await file.slice(0, 64).text()
  return beginnings.some((beginning) => start.startsWith(beginning))
}
