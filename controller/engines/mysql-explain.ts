// What the messages of mysqldump, mariadb-dump and the clients mean, mostly by the server's error number.
import type { Fault } from "../core/fault.ts"
import type { ToolOutcome } from "../ports.ts"
import type { Access } from "./engine.ts"
import { explainWith, type Vocabulary, whom } from "./explain.ts"

const labels = "dbbackup.user with dbbackup.password-env or dbbackup.password-file"

/** A message with that error number: `ERROR 1045 (28000)`, `Got error: 1045: "…"`, `…': Unknown table (1109)`. */
const error = (...numbers: readonly number[]) =>
  new RegExp(`(?:ERROR|error:?) (?:${numbers.join("|")})\\b|\\((?:${numbers.join("|")})\\)`, "i")

function vocabulary(access: Access | undefined): Vocabulary {
  const tried = whom(access)
  const source = access?.passwordEnv ?? access?.passwordFile
  const password = source === undefined ? "" : ` with the password from ${source}`
  return {
    client: "the client",
    rules: [
      {
        pattern: error(1045, 1698, 1820, 1862, 1251, 3118, 3159, 4151, 1130),
        code: "access-denied",
        hint: `It tried ${tried}${password}. Say whom to connect as with ${labels}. The image's password variables only apply when the volume is first created: a later change of them changes nothing on the server, and a random root password is only in the log of that first start.`,
      },
      {
        pattern: error(2026),
        code: "access-denied",
        hint: "The server's TLS is not what tls in the settings asks for: name the certificates that sign its own with tls.caFile, or choose another tls.mode.",
      },
      {
        pattern: error(1044, 1142, 1143, 1227, 1370, 1143, 1419),
        code: "access-denied",
        hint: `It tried ${tried}, which lacks rights for this. Name one that has them with ${labels}; for accounts and grants alone, dbbackup.globals=false leaves them out.`,
      },
      {
        pattern: /insuffici?ent privileges/,
        code: "access-denied",
        hint: `It tried ${tried}, which may not read a routine of another definer. Name one that may with ${labels}.`,
      },
      {
        // It selects the name as escaped for a string (fetch_db_collation with db_name_buff in its mysqldump.cc).
        pattern: /Unknown database '.*\\['"\\].*'"? when selecting/,
        code: "failed",
        hint: "mariadb-dump cannot read the routines and events of a database whose name holds a quote or a backslash. Rename the database.",
      },
      {
        pattern: error(1049),
        code: "database-gone",
        hint: "It was dropped since the server was looked at. The next run looks again.",
        restoreHint: "Somebody dropped it meanwhile. Find out who, and restore again.",
      },
      {
        // Rows that are loaded into tables that are there are checked so, see checkAndCommit in mysql-rows.ts.
        pattern: error(1242),
        code: "failed",
        hint: "Rows would refer to rows of another table that are not there. Restore that table's rows, too; nothing was changed.",
      },
      {
        pattern: error(1053),
        code: "server-down",
        hint: "The server is being stopped. The next run tries again.",
      },
      {
        pattern: error(2002, 2003),
        code: "server-not-ready",
        hint: "Nothing answers inside the container yet. If this lasts, look at the container's log.",
      },
      {
        pattern: error(1040, 1203),
        code: "server-not-ready",
        hint: "All connections of the server are in use. Raise max_connections, or free some.",
      },
      {
        // MariaDB says nothing else of a statement that is larger than it takes: it closes the connection.
        pattern: error(2006),
        code: "server-lost",
        hint: "The server ended the connection: it was stopped, it crashed, someone ended the session, or a row is larger than its max_allowed_packet, which blobs need twice over. Look at its log.",
      },
      {
        pattern: error(2013, 2055, 1927, 1317, 3169),
        code: "server-lost",
        hint: "The server ended the connection: it was stopped, it crashed, or someone ended the session. Look at its log.",
      },
      {
        pattern: error(1007),
        code: "target-exists",
        hint: "Choose another name for the restored database, or drop that one.",
      },
      {
        pattern: error(1356),
        code: "failed",
        hint: "A view refers to a table, a column or a function that is gone. Repair or drop the view: as it is, it cannot be dumped.",
      },
      {
        pattern: error(1449),
        code: "failed",
        hint: "A view or a routine belongs to an account that is gone. Make the account again, or change the definer.",
      },
      {
        pattern: error(1290, 1836, 3100),
        code: "failed",
        hint: "The server forbids this, for example because it is read-only. See its options.",
      },
      {
        pattern: /No space left on device|errno: 28|\(28\b|error 28\b|is full/i,
        code: "failed",
        hint: "The disk of the database server is full.",
      },
      {
        pattern: /Unknown column '(its (tables|triggers) changed meanwhile|another exchange is under way)'/,
        code: "in-use",
        hint: "Nothing was changed. Try again when nobody changes the database.",
      },
      {
        pattern: error(1205, 1213),
        code: "failed",
        hint: "Another session held a lock for too long. Choose a quieter time.",
      },
      {
        pattern: error(1412),
        code: "failed",
        hint: "A table was changed while it was dumped. The next run tries again.",
      },
      {
        pattern: error(1146, 1051),
        code: "failed",
        hint: "A table was dropped or renamed while it was dumped, or a view needs one that is gone. The next run tries again.",
        restoreHint:
          "The dump needs a table that is not in it: of another database, or somebody dropped one meanwhile.",
      },
      {
        pattern: error(1153, 2020),
        code: "failed",
        hint: "A row is larger than the server's max_allowed_packet. Raise that on the server; blobs, which are written in hexadecimal, need it twice over.",
      },
      {
        pattern: error(1273, 1115),
        code: "failed",
        hint: "This server does not know the character set or collation of the dump; it is older than the one that was dumped.",
      },
      {
        pattern: error(1194, 1034, 1033, 145),
        code: "failed",
        hint: "A table is damaged. CHECK TABLE and REPAIR TABLE tell more.",
      },
    ],
    // The client repeats values and pieces of statements.
    redactions: [
      [/.*Unknown column '(.* meanwhile|.* under way)' in .*/, "$1"],
      [/(Duplicate entry )'.*'( for key)/, "$1'…'$2"],
      [/((?:Incorrect|Truncated incorrect) .*? value: )'.*?'( for|$)/, "$1'…'$2"],
      [/(right syntax to use near ).*/, "$1…"],
      [/(Unknown command ).*/, "$1…"],
      [/(Couldn't execute )'.*'(: )/, "$1a statement$2"],
    ],
  }
}

export function explainMysql(doing: string, outcome: ToolOutcome, access: Access | undefined): Fault {
  return explainWith(vocabulary(access), doing, outcome)
}
