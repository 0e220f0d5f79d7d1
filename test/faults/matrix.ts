// The fault matrix: what can go wrong, how it ends, and which test shows it. docs/faults.md is made of it; the tests hold it to be true.
import type { FaultCode } from "../../schemas/errors.ts"

export interface FaultRow {
  /** What goes wrong, as a person would say it. */
  readonly fault: string
  /** What becomes of the backup, and of what else. */
  readonly outcome: string
  /** The code the backup ends with; null where it does not fail. */
  readonly code: FaultCode | null
  /** A part of the hint that is shown with it; empty where none is. */
  readonly hint: string
  readonly file: string
  /** The test's title, or the words of it that its source holds. */
  readonly title: string
}

const failed = "the backup fails; the tool is ended, nothing half-made is kept"
const lost =
  "that copy fails, and what was sent is removed; with another destination the backup is good and the copy made up for, else it fails"
const stalls = "test/faults/stall.test.ts"
const dump = "test/faults/dump.test.ts"
const server = "test/faults/server.test.ts"
const engine = "test/faults/engine.test.ts"
const store = "test/faults/store.test.ts"
const disk = "test/faults/disk.test.ts"
const data = "test/faults/data.test.ts"
const together = "test/faults/together.test.ts"
const restore = "test/faults/restore.test.ts"
const verify = "test/integration/verify.test.ts"

export const faultRows: Readonly<Record<string, FaultRow>> = {
  "wrong-password": {
    fault: "The password is wrong",
    outcome: "nothing is dumped; which name was tried and which label helps is shown beside the server",
    code: "access-denied",
    hint: "password-",
    file: "test/faults/controller.test.ts",
    title: "says which password was refused, and which label to set",
  },
  "only-just-started": {
    fault: "The server is stopped, paused, or has only just started",
    outcome: "it is waited for (`on-unavailable`), then backed up",
    code: null,
    hint: "",
    file: "test/faults/unavailable.test.ts",
    title: "is waited for while it is stopped, and while it is starting",
  },
  "server-killed": {
    fault: "The server is killed at half of a dump",
    outcome: `${failed}; the next one is good`,
    code: "server-lost",
    hint: "",
    file: dump,
    title: "whose container is killed fails, and the next one succeeds",
  },
  "tool-killed": {
    fault: "The dump tool is killed at half of a dump",
    outcome: failed,
    code: "dump-failed",
    hint: "",
    file: dump,
    title: "whose tool is killed is not a backup",
  },
  cancelled: {
    fault: "A person cancels in the middle of a dump",
    outcome: "the backup is cancelled; the tool is ended, nothing half-made is kept",
    code: "cancelled",
    hint: "",
    file: dump,
    title: "that is cancelled ends the tool inside the container and leaves nothing",
  },
  "left-out": {
    fault: "The tool leaves something out and ends well",
    outcome: failed,
    code: "dump-incomplete",
    hint: "",
    file: "test/faults/incomplete.test.ts",
    title: "is no backup",
  },
  "rights-missing": {
    fault: "The user of MySQL or MariaDB sees only a part of the database",
    outcome: "the backup fails, as what that user may not even see would be missing; the right is named",
    code: "dump-incomplete",
    hint: "dbbackup.user",
    file: "test/faults/incomplete.test.ts",
    title: "is no backup, and says which right is missing and which label would help",
  },
  "lock-held": {
    fault: "Another session holds a table",
    outcome: "after `stall-timeout` the backup fails and says who may hold it; no lock of ours is left",
    code: "dump-stalled",
    hint: "End the session that holds the lock",
    file: stalls,
    title: "as another session holds a table, is ended and says who may hold it",
  },
  "tool-hangs": {
    fault: "The dump tool hangs",
    outcome: "after `stall-timeout` it is ended and the backup fails",
    code: "dump-stalled",
    hint: "it hangs",
    file: stalls,
    title: "as its tool loops on an event with two semicolons, is ended",
  },
  "helper-memory": {
    fault: "A helper container needs more memory than it may have",
    outcome: "the backup fails; the helper is removed",
    code: "docker-error",
    hint: "helper.memory",
    file: "test/faults/helper.test.ts",
    title: "that needs more memory than it may have says so",
  },
  "helper-server-killed": {
    fault: "The server is killed while a helper container dumps it",
    outcome: "the backup fails; the helper is removed",
    code: "server-lost",
    hint: "",
    file: "test/faults/helper.test.ts",
    title: "whose server's container is killed says that the server was lost",
  },
  "killed-together": {
    fault: "A server is killed while several of its databases are dumped as of one instant",
    outcome:
      "the backup of the one at fault fails; the others are dumped again, as of one instant, once the server is back",
    code: "server-lost",
    hint: "",
    file: "test/faults/together.test.ts",
    title:
      "when the server is killed at one: that one fails, and the others have one instant once it is back",
  },
  "container-recreated": {
    fault: "The container is recreated in the middle of a run",
    outcome: "one backup fails, the others are made in the new container",
    code: "server-lost",
    hint: "",
    file: "test/faults/unavailable.test.ts",
    title: "a container that is recreated in the middle of a run",
  },
  "controller-killed": {
    fault: "The controller is killed, at each step of a run, of a restore and of a deletion",
    outcome:
      "interrupted; at the next start what is whole is adopted, what is half-made is removed, tools and databases too",
    code: "interrupted",
    hint: "",
    file: "test/faults/crash.test.ts",
    title: "it leaves order behind, and the next one works",
  },
  "swap-killed": {
    fault:
      "The controller is killed while a PostgreSQL database takes the place of another, or while that is undone",
    outcome:
      "one of the two is in place, whole, and at the next look at the server it is known which; the other one is kept, or is gone when nothing was exchanged",
    code: "interrupted",
    hint: "",
    file: "test/faults/swap.test.ts",
    title: "killed while a database takes the place of another",
  },
  "swap-broken-off": {
    fault:
      "An exchange of two MySQL or MariaDB databases is broken off, after each kind of statement, or with the controller",
    outcome:
      "before all tables are renamed it is taken back, after that it is completed: every row, trigger, view, routine, event and grant is that of one of the two; the other one is whole beside it, or in the backup",
    code: "interrupted",
    hint: "",
    file: "test/faults/swap-mysql.test.ts",
    title: "an exchange that is broken off is all or nothing",
  },
  "engine-away": {
    fault: "The Docker engine cannot be reached",
    outcome: "nothing is unscheduled or pruned, and it is said",
    code: "docker-unreachable",
    hint: "",
    file: "test/faults/controller.test.ts",
    title: "keeps what it knows while Docker cannot be reached, and says so",
  },
  "database-dropped-postgres": {
    fault: "A database of PostgreSQL is dropped by force at half of its dump",
    outcome: failed,
    code: "server-lost",
    hint: "someone ended the session",
    file: server,
    title: "whose database is dropped at half of it fails",
  },
  "database-dropped-mysql": {
    fault: "A database of MySQL is dropped at half of its dump",
    outcome: failed,
    code: "database-gone",
    hint: "It was dropped since the server was looked at",
    file: server,
    title: "whose database is dropped at half of it fails",
  },
  "database-dropped-mariadb": {
    fault: "A database of MariaDB is dropped at half of its dump",
    outcome: failed,
    code: "dump-failed",
    hint: "A table was dropped or renamed while it was dumped",
    file: server,
    title: "whose database is dropped at half of it fails",
  },
  "container-removed": {
    fault: "The container is removed in the middle of a dump",
    outcome: failed,
    code: "server-lost",
    hint: "",
    file: server,
    title: "whose container is removed for good fails",
  },
  "stream-cut": {
    fault: "The dump's stream is cut, with a clean end",
    outcome: failed,
    code: "docker-error",
    hint: "",
    file: engine,
    title: "a dump's stream that ends cleanly at half of it is no backup",
  },
  "exit-code-lost": {
    fault: "The exit code of the tool is lost",
    outcome: failed,
    code: "docker-unreachable",
    hint: "The next run starts anew",
    file: engine,
    title: "a dump whose exit code is lost is no backup",
  },
  "engine-restarted": {
    fault:
      "The Docker engine is restarted in the middle of a dump: connections are lost, and refused for a while",
    outcome: `${failed} as soon as the engine can be reached; the next one is good`,
    code: "docker-unreachable",
    hint: "Mount",
    file: engine,
    title: "an engine that is restarted under a dump",
  },
  "s3-403": {
    fault: "The store refuses a part: 403",
    outcome: lost,
    code: "destination-unavailable",
    hint: "s3:PutObject",
    file: store,
    title: "403, access denied",
  },
  "s3-404": {
    fault: "The store does not know the upload any more: 404",
    outcome: lost,
    code: "destination-unavailable",
    hint: "the store's own log",
    file: store,
    title: "404, the upload is unknown",
  },
  "s3-500": {
    fault: "The store fails: 500",
    outcome: lost,
    code: "destination-unavailable",
    hint: "Try again later",
    file: store,
    title: "500, an internal error",
  },
  "s3-503": {
    fault: "The store wants less: 503 slow-down, and stays so",
    outcome: lost,
    code: "destination-unavailable",
    hint: "Try again later",
    file: store,
    title: "503, slow down",
  },
  "s3-reset": {
    fault: "The store resets every connection",
    outcome: lost,
    code: "destination-unavailable",
    hint: "Check the endpoint",
    file: store,
    title: "a reset of each connection",
  },
  "s3-wrong-hash": {
    fault: "The store got other bytes than were sent",
    outcome: lost,
    code: "destination-unavailable",
    hint: "the store's own log",
    file: store,
    title: "400, the bytes have another hash than was said",
  },
  "s3-clock": {
    fault: "The clock of this machine is wrong",
    outcome: lost,
    code: "destination-unavailable",
    hint: "Set this machine's clock",
    file: store,
    title: "403, this machine's clock is wrong",
  },
  "s3-bucket-gone": {
    fault: "The bucket is deleted during an upload",
    outcome: lost,
    code: "destination-unavailable",
    hint: "Create the bucket",
    file: store,
    title: "404, the bucket is gone",
  },
  "s3-rotated": {
    fault: "The credentials are replaced during an upload",
    outcome: lost,
    code: "destination-unavailable",
    hint: "Check the access key",
    file: store,
    title: "403, the access key was replaced in the middle",
  },
  "s3-now-and-then": {
    fault: "The store slows down, fails or resets now and then",
    outcome: "the part is sent again; the backup is good",
    code: null,
    hint: "",
    file: store,
    title: "a store that slows down, fails and resets now and then gets the whole backup",
  },
  "s3-stall": {
    fault: "The store stalls at a part",
    outcome: "after a minute the part is sent again; the backup is good",
    code: null,
    hint: "",
    file: store,
    title: "a store that stalls at a part for once is asked again",
  },
  "s3-changed": {
    fault: "The store has changed what it holds",
    outcome: "a restore refuses the copy before it touches the server",
    code: "copy-mismatch",
    hint: "Restore another backup",
    file: store,
    title: "a copy that the store has changed is found out",
  },
  "store-lies": {
    fault: "The store says that it kept what it changed or lost",
    outcome:
      "there is no copy at it; the backup is good with another one, and the store gets its copy once it is honest",
    code: "copy-mismatch",
    hint: "",
    file: "test/faults/lying-store.test.ts",
    title: "has no copy, and gets one once it is honest",
  },
  "disk-full": {
    fault: "The disk is full at whatever byte of a dump",
    outcome: failed,
    code: "disk-full",
    hint: "Free some space",
    file: disk,
    title: "MiB of a dump: it fails, and what was written is removed",
  },
  "disk-too-full": {
    fault: "The disk has no room for what the last good backup took",
    outcome:
      "that copy is refused with the figures before anything is dumped; other destinations and databases go on",
    code: "disk-full",
    hint: "Nothing was dumped for it",
    file: disk,
    title: "too full for what the last good backup took",
  },
  "fsync-fails": {
    fault: "The disk fails to keep what it took (fsync)",
    outcome: failed,
    code: "destination-unavailable",
    hint: "Check the disk",
    file: disk,
    title: "fails its backup as fsync does",
  },
  "catalogue-damaged": {
    fault: "The catalogue's file is damaged, cut, emptied, or its log is gone",
    outcome:
      "it is set aside, and made again from its newest copy and from the manifests at every destination; nothing is pruned before each of them has answered",
    code: "catalogue-damaged",
    hint: "Nothing is pruned",
    file: "test/integration/damaged-catalogue.test.ts",
    title: "a damaged catalogue is set aside, and made again from its newest copy",
  },
  "catalogue-byte": {
    fault: "One byte of the catalogue, or of its log, is flipped, wherever",
    outcome: "the controller starts, and no backup that has its manifest is lost",
    code: null,
    hint: "",
    file: "test/state/mend.test.ts",
    title: "a byte flipped anywhere, in the file or in its log, never stops the start",
  },
  "blob-bytes": {
    fault: "BLOBs that hold all 256 bytes",
    outcome: "come back byte for byte",
    code: null,
    hint: "",
    file: data,
    title: "holds every byte of blobs that hold all 256",
  },
  "odd-names": {
    fault: "Names with quotes, `$`, spaces, line breaks, emoji",
    outcome: "come back; passwords with any of them work, too",
    code: null,
    hint: "",
    file: data,
    title: "holds names with quotes, dollars, spaces",
  },
  "thousand-tables": {
    fault: "1,000 tables",
    outcome: "all come back, with their rows",
    code: null,
    hint: "",
    file: data,
    title: "holds each of a thousand tables",
  },
  writers: {
    fault: "Others write all the time",
    outcome: "what is restored is of one moment: an invariant over rows of several tables holds in it",
    code: null,
    hint: "",
    file: data,
    title: "is of one moment while others write",
  },
  "slow-under-lock": {
    fault: "A dump tool that does not begin while writers are held up for it",
    outcome:
      "writers go on after 2 s, the backup is good; its fingerprint is of another snapshot, and says so",
    code: null,
    hint: "",
    file: together,
    title: "when the tool does not begin under the lock: writers go on, and so does the dump",
  },
  "killed-under-lock": {
    fault: "The controller is killed while writers are held up for a dump",
    outcome: "the lock goes with its session, at once or within 5 s",
    code: null,
    hint: "",
    file: together,
    title: "when the controller is killed under the lock: writers go on",
  },
  "large-row": {
    fault: "One row of 256 MiB",
    outcome:
      "comes back; where the server's `max_allowed_packet` is in the way, the restore fails and says so",
    code: null,
    hint: "",
    file: data,
    title: "MiB; a limit of the server in the way of its restore is named",
  },
  "folder-rots": {
    fault: "A byte of a stored copy flips, long after the backup",
    outcome: "it is found when the copy is read again, told, and the copy made again from a good one",
    code: "copy-mismatch",
    hint: "Restore another backup, and check the storage",
    file: verify,
    title: "a byte that has flipped in the folder is found, told, and healed from the bucket",
  },
  "nearest-copy-bad": {
    fault: "The nearest copy of a backup that is restored is bad",
    outcome:
      "it is recorded as bad before a byte reaches the server, the next copy is restored, and the bad one made again",
    code: "copy-mismatch",
    hint: "Restore another backup, and check the storage",
    file: verify,
    title: "a restore whose nearest copy is bad goes on with the next one, and the bad one is healed",
  },
  "hook-after-exchange": {
    fault: "The hook after a restore in the place of a database fails",
    outcome: "the restore has failed, and says that the database is in place, and how it is undone",
    code: "hook-failed",
    hint: "dbbackup undo",
    file: "test/integration/swap.test.ts",
    title: "says that it is in place, and how to go back, when the hook after it fails",
  },
  "bucket-rots": {
    fault: "An object in the bucket is changed, or cut short, long after the backup",
    outcome: "the same",
    code: "copy-mismatch",
    hint: "Restore another backup, and check the storage",
    file: verify,
    title: "an object that was changed, and one that is cut short, are found and healed from the folder",
  },
  "all-copies-bad": {
    fault: "No copy of the newest backup is good any more",
    outcome:
      "it does not count as a backup: an older one is the newest, and is not pruned; put back and verified, it counts again",
    code: "copy-mismatch",
    hint: "Restore another backup, and check the storage",
    file: verify,
    title: "when no copy is good any more the backup does not count, everybody is told",
  },
  "in-place-at-once": {
    fault:
      "A restore into a PostgreSQL database is cancelled, or its tool, the server or the controller is killed",
    outcome:
      "the database is as it was, row for row; or, when the controller is killed after the commit, restored as a whole, and the restore says which",
    code: null,
    hint: "",
    file: "test/faults/in-place.test.ts",
    title: "is cancelled, loses its tool, and loses its server, and each time nothing has changed",
  },
  "in-place-in-turns": {
    fault: "A restore into a MySQL or MariaDB database fails half-way, or is cancelled",
    outcome:
      "the database is put back from the backup made before; where that cannot be, the restore names that backup and the command",
    code: null,
    hint: "",
    file: "test/faults/in-place.test.ts",
    title: "fails half-way, and what was there is put back from the backup made before, row for row",
  },
  "restore-tool-killed": {
    fault: "The tool that loads is killed at half of a restore",
    outcome: "the restore fails and the half-made database is dropped; what was there is as it was",
    code: "restore-failed",
    hint: "Something ended it",
    file: restore,
    title: "whose tool is killed fails, and is dropped",
  },
  "restore-server-killed": {
    fault: "The server is killed at half of a restore",
    outcome: "the same, once the server is back",
    code: "server-lost",
    hint: "",
    file: restore,
    title: "whose server is killed fails, and is dropped once the server is back",
  },
  "restore-cancelled": {
    fault: "A person cancels a restore, whether its database is just being created or half loaded",
    outcome: "the tool is ended, even one that hangs; the database is dropped",
    code: "cancelled",
    hint: "",
    file: restore,
    title: "that is cancelled while its database is being created leaves none",
  },
  "restore-controller-killed": {
    fault: "The controller is killed at half of a restore",
    outcome: "the next one ends the tool and drops the database, by the restore's mark in it",
    code: "interrupted",
    hint: "",
    file: restore,
    title: "whose controller is killed is interrupted, and dropped by the next one",
  },
  "restore-database-dropped": {
    fault: "Somebody drops the database that is being restored, and makes one of that name",
    outcome: "the restore fails; the new one has no mark of it, and is left alone",
    code: "restore-failed",
    hint: "",
    file: restore,
    title: "whose database somebody drops fails, says so, and leaves alone what somebody makes of that name",
  },
  "copy-damaged": {
    fault: "A stored copy has another bit, lacks a piece, has one twice, or is of another backup",
    outcome: "its proof refuses it before anything is made on a server",
    code: "copy-mismatch",
    hint: "Restore another backup, and check the storage",
    file: "test/pipeline/damaged-copy.test.ts",
    title: "no damage to the bytes passes the proof, and the tool of a load never ends well on them",
  },
}
