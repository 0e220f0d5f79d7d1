// What a key may look like, at every destination: a relative path that means one thing everywhere and stays inside.
import { Fault } from "../core/fault.ts"

const partialName = /\.partial-[0-9a-f]{12}$/
const probeName = /^\.dbbackup-probe-[0-9a-f]{12}$/

/** `id`: 12 hexadecimal digits. */
export const partialOf = (path: string, id: string): string => `${path}.partial-${id}`
export const probeKey = (id: string): string => `.dbbackup-probe-${id}`

/** What a crash can leave behind; a sweep removes it. */
export function isUnfinished(key: string): boolean {
  return partialName.test(key) || probeName.test(key)
}

/** Never listed: the unfinished, and what the controller keeps for itself, such as its lock. */
export function isHidden(key: string): boolean {
  return isUnfinished(key) || key.slice(key.lastIndexOf("/") + 1).startsWith(".dbbackup")
}

/** 255 is the limit of a name on every common file system; `.partial-` and 12 digits go onto it while it is written. */
const maxSegmentBytes = 255 - ".partial-".length - 12
const maxKeyBytes = 1024 - maxSegmentBytes // An S3 key holds 1024 bytes, prefix included.

/** The key's segments. Throws a Fault when it could lead anywhere else than to one file inside the destination. */
export function segmentsOf(key: string): readonly string[] {
  const segments = key.split("/")
  const mistake = key.includes("\0")
    ? "holds a NUL"
    : Buffer.byteLength(key) > maxKeyBytes
      ? `is longer than ${maxKeyBytes} bytes`
      : segments.map(segmentMistake).find((found) => found !== undefined)
  if (mistake === undefined) return segments
  throw new Fault("request-invalid", `the key ${JSON.stringify(key)} ${mistake}`, {
    hint: "Keys are relative paths such as server/database/name.dump, without empty, . or .. parts.",
  })
}

function segmentMistake(segment: string): string | undefined {
  if (segment === "") return "is empty, absolute, or has an empty part"
  if (segment === "." || segment === "..") return "leads out of the destination"
  if (Buffer.byteLength(segment) > maxSegmentBytes) return `has a part longer than ${maxSegmentBytes} bytes`
  return partialName.test(segment) ? "is the name of an unfinished file" : undefined
}
