// Names as one safe word, and the file and object names made of them (specification, 5.2.3 and 5.6.4).
// Written and read here only, so that what names a file and what finds it cannot drift apart.
import { createHash } from "node:crypto"
import { type BackupType, backupTypes } from "../../schemas/job.ts"
import type { DatabaseId, JobId, ServerId, Subject } from "../../schemas/server.ts"

// A folder name may have 255 bytes on common file systems, and the file name adds about 45 to the word.
const longestWord = 120

/**
 * A name as one word that is safe in a path, a URL and a shell: letters, digits, `.`, `_` and `-` stay, `/` becomes `~`,
 * any other byte `=HH`. Two names never share a word. A very long one is cut and ends in a hash of the whole.
 */
export function word(name: string): string {
  const encoded = [...Buffer.from(name, "utf8")].map(encodeByte).join("").replace(/^[.-]/, encodeFirst)
  if (encoded.length <= longestWord) return encoded
  const hash = createHash("sha256").update(name).digest("hex").slice(0, 16)
  return `${encoded.slice(0, longestWord - 18)}=~${hash}`
}

function encodeByte(byte: number): string {
  const char = String.fromCharCode(byte)
  if (/[A-Za-z0-9._-]/.test(char)) return char
  return char === "/" ? "~" : `=${byte.toString(16).toUpperCase().padStart(2, "0")}`
}

const encodeFirst = (char: string) => (char === "." ? "=2E" : "=2D")

// No word of a database can begin with @, which is always encoded.
const globalsWord = "@globals"

export function subjectWord(subject: Subject): string {
  return subject.kind === "globals" ? globalsWord : word(subject.name)
}

/** What people call a subject: the database's name, or `globals`. */
export function subjectName(subject: Subject): string {
  return subject.kind === "globals" ? "globals" : subject.name
}

export function serverIdOf(name: string): ServerId {
  return word(name) as ServerId
}

export function jobIdOf(server: ServerId, job: string): JobId {
  return `${server}:${job}` as JobId
}

export function databaseIdOf(server: ServerId, subject: Subject): DatabaseId {
  return `${server}:${subjectWord(subject)}` as DatabaseId
}

export interface FileParts {
  readonly server: ServerId
  readonly subject: string
  readonly type: BackupType
  /** Start of the dump, to the second. */
  readonly at: Date
  /** The backup's id. Its last eight hexadecimal digits make the name unique. */
  readonly id: string
  readonly extension: string
}

export function fileName({ subject, type, at, id, extension }: Omit<FileParts, "server">): string {
  const [date, time] = at.toISOString().replace(/[-:]/g, "").slice(0, 15).split("T")
  return `${subject}_${type}_${date}_${time}_${id.slice(-8)}.${extension}`
}

/** `{server}/{database}/{year}/{month}/{file}`, in UTC. */
export function objectKey(parts: FileParts): string {
  const [year, month] = parts.at.toISOString().split("-")
  return `${parts.server}/${parts.subject}/${year}/${month}/${fileName(parts)}`
}

const manifestEnding = ".manifest.json"

export function manifestKey(key: string): string {
  return key + manifestEnding
}

const notesEnding = ".notes.json"

/** Of what was said of the backup later (schemas/notes.ts). */
export function notesKey(key: string): string {
  return key + notesEnding
}

/** What this program ends the names of bytes in; a person's own copy beside them ends otherwise (`.dump.bak`). */
const ownExtension = /^(dump|sql)(\.(zst|gz))?(\.age)?$/

export function hasOwnExtension(key: string): boolean {
  return ownExtension.test(parseObjectKey(key)?.extension ?? "")
}

/** The key without what the extension says of the bytes: all that is known of a backup that has failed. */
export function stemOf(key: string): string {
  const { extension } = parseObjectKey(key) ?? { extension: "" }
  return key.slice(0, key.length - extension.length)
}

const wordPattern = /^[A-Za-z0-9_~=][A-Za-z0-9._~=-]*$/
const namePattern = new RegExp(
  `^(@globals|[A-Za-z0-9_~=][A-Za-z0-9._~=-]*)_(${backupTypes.join("|")})_(\\d{8})_(\\d{6})_([0-9a-f]{8})\\.([a-z.]+)$`,
)

/** The parts of an object key, or undefined when it is not one of ours. Of the id, the eight digits in the name. */
export function parseObjectKey(key: string): FileParts | undefined {
  const [server = "", subject, year, month, file, ...rest] = key.split("/")
  const match = namePattern.exec(file ?? "")
  if (
    !wordPattern.test(server) ||
    !subject ||
    !match ||
    rest.length > 0 ||
    key.endsWith(manifestEnding) ||
    key.endsWith(notesEnding)
  )
    return undefined
  const [, named, type, date = "", time = "", id = "", extension = ""] = match
  if (named !== subject || date.slice(0, 4) !== year || date.slice(4, 6) !== month) return undefined
  const at = new Date(
    `${date.slice(0, 4)}-${date.slice(4, 6)}-${date.slice(6)}T${time.slice(0, 2)}:${time.slice(2, 4)}:${time.slice(4)}Z`,
  )
  if (Number.isNaN(at.getTime())) return undefined
  const parts = { server: server as ServerId, subject, type: type as BackupType, at, id, extension }
  // The 31st of February is read as the 3rd of March.
  return objectKey(parts) === key ? parts : undefined
}
