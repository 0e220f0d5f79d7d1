// What the messages of pg_dump, pg_dumpall, pg_restore and psql mean. English only: the scripts ask for it, but a server set to
// another language still sends its own part in that.
import type { Fault } from "../core/fault.ts"
import type { ToolOutcome } from "../ports.ts"
import type { Access } from "./engine.ts"
import { explainWith, type Vocabulary, whom } from "./explain.ts"

const labels = "dbbackup.user, dbbackup.password-env or dbbackup.password-file"

const namesWithoutSchema =
  "The function of an index, a check, a generated column or a materialized view names something without its schema, and while a dump is loaded no schema is searched. On the server: ALTER FUNCTION … SET search_path, and back up again. To get this backup back, load it with pg_restore by hand: without --exit-on-error all else is there."

function vocabulary(access: Access | undefined): Vocabulary {
  const tried = whom(access)
  const source = access?.passwordEnv ?? access?.passwordFile
  const password = source === undefined ? "" : ` with the password from ${source}`
  const denied = `It tried ${tried}${password}. Say whom to connect as with ${labels}. POSTGRES_PASSWORD only applies when the volume is first created: a later change of it changes nothing on the server.`
  return {
    client: "psql",
    rules: [
      { pattern: /password authentication failed|no password supplied/, code: "access-denied", hint: denied },
      {
        pattern:
          /certificate verify failed|server certificate for|server does not support SSL|root certificate/,
        code: "access-denied",
        hint: "The server's TLS is not what tls in the settings asks for: name the certificates that sign its own with tls.caFile, or choose another tls.mode.",
      },
      {
        pattern: /no pg_hba\.conf entry|pg_hba\.conf rejects|(Peer|Ident) authentication failed/,
        code: "access-denied",
        hint: `It tried ${tried}, from inside the container. Allow that in the server's pg_hba.conf ("local all all trust" or scram-sha-256), or name another user with ${labels}.`,
      },
      {
        pattern: /FATAL: +(role ".*" (does not exist|is not permitted to log in))/,
        code: "access-denied",
        hint: denied,
      },
      {
        pattern: /FATAL: +database ".*" does not exist|FATAL: .*database ".*" is not currently accepting/,
        code: "database-gone",
        hint: "It was dropped or renamed since the server was looked at. The next run looks again.",
        restoreHint: "Somebody dropped or renamed it meanwhile. Find out who, and restore again.",
      },
      {
        pattern:
          /the database system is (starting up|shutting down|not yet accepting|not accepting|in recovery mode)/,
        code: "server-not-ready",
        hint: "The server is starting, recovering or being stopped. It is asked again shortly.",
      },
      {
        pattern: /too many clients already|remaining connection slots are reserved/,
        code: "server-not-ready",
        hint: "All connections of the server are in use. Raise max_connections, or free some.",
      },
      {
        pattern:
          /server closed the connection unexpectedly|terminating connection|connection to server was lost|could not receive data from server|no connection to the server|SSL SYSCALL error/,
        code: "server-lost",
        hint: "The server ended the connection: it was stopped, it crashed, or someone ended the session. Look at its log.",
      },
      {
        pattern: /connection to server .* failed|could not connect to server/,
        code: "server-not-ready",
        hint: "Nothing answers inside the container yet. If this lasts, look at the container's log.",
      },
      ...inPlaceRules,
      {
        pattern: /canceling statement due to lock timeout|could not obtain lock|statement timeout.*LOCK/i,
        code: "failed",
        hint: "Another session held a table for 10 minutes. See pg_stat_activity and pg_locks for who, or choose a quieter time.",
      },
      {
        pattern: /conflict with recovery/,
        code: "failed",
        hint: "The standby cancelled the dump. Raise max_standby_streaming_delay, set hot_standby_feedback, or back the primary up.",
      },
      {
        pattern: /server version mismatch/,
        code: "tool-missing",
        hint: "The pg_dump in the container is older than the server. Use an image whose tools match its server.",
      },
      {
        pattern: /database ".*" already exists/,
        code: "target-exists",
        hint: "Choose another name for the restored database, or drop that one.",
      },
      {
        pattern: /No space left on device|could not extend file/,
        code: "failed",
        hint: "The disk of the database server is full.",
      },
      {
        pattern: /role ".*" does not exist/,
        code: "failed",
        hint: "Something in the dump belongs to a role that this server lacks. Make the role again first; the globals backup has it.",
      },
      {
        pattern:
          /invalid LC_COLLATE|invalid LC_CTYPE|invalid locale name|incompatible with locale|invalid icu/i,
        code: "failed",
        hint: "This server's image lacks the locale of the database that was dumped. Restore on an image of the same base.",
      },
      {
        pattern:
          /extension ".*" is not available|could not open extension control file|could not access file/,
        code: "failed",
        hint: "The dump needs an extension that this server's image does not have.",
      },
      {
        pattern: /extension ".*" has no installation script nor update path|catalog version mismatch/,
        code: "failed",
        hint: "The dump needs that very version of the extension. Restore on an image that has it, and update the extension afterwards.",
      },
      {
        pattern: /extension ".*" must be preloaded/,
        code: "failed",
        hint: "The dump needs an extension that the server loads when it starts. Name it in shared_preload_libraries, and restart the server.",
      },
      {
        pattern: /violates check constraint/,
        code: "failed",
        hint: "Rows of the dump are against a check of its own: its function reads other tables, or was changed since they were written. Make it NOT VALID on the server and back up again. To get this backup back, load it with pg_restore by hand: without --exit-on-error all else is there.",
      },
      {
        pattern: /could not execute query: ERROR: +(function|operator|type|text search \w+) .*does not exist/,
        code: "failed",
        hint: namesWithoutSchema,
      },
      {
        pattern: /permission denied|must be superuser|must be owner/,
        code: "access-denied",
        hint: `It tried ${tried}, which lacks rights for this. Name a superuser with ${labels}; for roles alone, dbbackup.globals=false leaves them out.`,
      },
      {
        pattern: /relation .* does not exist|could not open relation|cache lookup failed/,
        code: "failed",
        hint: "Tables were changed or dropped while they were dumped. The next run tries again.",
        restoreHint: namesWithoutSchema,
      },
    ],
    redactions: [
      [/(invalid (?:input|byte|value)[^:]*: ).*/, "$1…"],
      [/(Key \([^)]*\)=)\(.*\)/, "$1(…)"],
    ],
  }
}

/** What our own blocks raise, before anything is committed. */
const inPlaceRules = [
  {
    pattern: /dbbackup: other objects depend on what the backup replaces/,
    code: "failed",
    hint: "Nothing was changed. Drop what depends on it first, load rows alone (content data), or restore in the place of the whole database (mode swap).",
  },
  {
    pattern: /dbbackup: another session holds a lock/,
    code: "in-use",
    hint: "Nothing was changed. Stop what is connected, have the connections ended (endConnections, --end-connections), or choose a quieter time.",
  },
  {
    pattern: /dbbackup: (this would be lost|it could not be emptied)/,
    code: "failed",
    hint: "Nothing was changed. Restore in the place of the whole database (mode swap).",
  },
  {
    pattern: /dbbackup: there is no table for the rows/,
    code: "failed",
    hint: "Nothing was changed. Restore the tables with their rows (content all).",
  },
  {
    pattern: /out of shared memory/,
    code: "failed",
    hint: "One transaction touches more objects than the server can lock: raise its max_locks_per_transaction, or restore in the place of the database (mode swap).",
  },
  {
    pattern: /violates foreign key constraint/,
    code: "failed",
    hint: "Rows refer to others that are not there. Restore the tables that they refer to together with them.",
  },
] as const

export function explainPostgres(doing: string, outcome: ToolOutcome, access: Access | undefined): Fault {
  return explainWith(vocabulary(access), doing, outcome)
}
