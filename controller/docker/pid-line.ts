// The first line that a started shell prints, with who it is: proof that it runs, and what to end. Printed on stdout, not on
// stderr, because Docker keeps no order between the two, and this line must come before the first byte of a dump.

/** A shell's complaint or Docker's own is shorter. */
const longestAnswer = 4096

/** A process inside its container. An id is given to another one some day; together with `born` it never is. */
export interface ProcessIdentity {
  readonly pid: number
  /** Clock ticks, as /proc/PID/stat has them. */
  readonly born: string
}

/**
 * Prepends the line to a script: /proc/PID/stat of the shell, which `exec` keeps. With stdin, the shell first waits for a line
 * of input, so that nothing of the script runs on a connection that cannot carry its input; `read` takes exactly one line.
 * @param pipes named pipes for the script, each if the shell can open it; the line says which
 */
export function announcing(script: string, stdin: boolean, pipes: PipeTargets | null = null): string {
  const wait = stdin ? "read -r dbbackup_line || exit 97\n" : ""
  const learn = "read -r dbbackup_line </proc/$$/stat\n"
  const say = pipes === null ? 'echo "dbbackup-pid:$dbbackup_line"\n' : sayBefore(pipes)
  return `${wait}${learn}${say}unset dbbackup_line\n${script}`
}

export interface PipeTargets {
  readonly output: string
  /** Null: what it is fed comes by its stdin. */
  readonly input: string | null
}

const sayBefore = ({ output, input }: PipeTargets) => `exec 3>&1
dbbackup_by=
if [ -p ${output} ] && [ -w ${output} ]; then exec >${output}; dbbackup_by=-out; fi
${input === null ? "" : `if [ -p ${input} ] && [ -r ${input} ]; then exec <${input}; dbbackup_by=$dbbackup_by-in; fi\n`}echo "dbbackup-pid$dbbackup_by:$dbbackup_line" >&3
exec 3>&-
unset dbbackup_by
`

/** What to write to stdin to let such a script go on. */
export const goLine = "go\n"

export interface PidLine {
  /** Takes stdout from its beginning; returns what is not part of the line, empty while that is undecided. */
  take(chunk: Buffer): Buffer
  /** Null once it is clear that no such line comes. */
  readonly process: Promise<ProcessIdentity | null>
  /** Which pipes it has opened, as the line says. What follows is in that for its output, then. */
  piped(): { readonly output: boolean; readonly input: boolean }
  /** What stdout began with instead, for a message. */
  said(): string
  /** Nothing more comes. */
  end(): void
}

const nothing = Buffer.alloc(0)

export function pidLine(): PidLine {
  let seen = nothing
  let decided = false
  let piped = { output: false, input: false }
  const { promise, resolve } = Promise.withResolvers<ProcessIdentity | null>()
  return {
    process: promise,
    take(chunk) {
      if (decided) return chunk
      seen = Buffer.concat([seen, chunk])
      const end = seen.indexOf("\n")
      const identity = end < 0 ? null : identityIn(seen.toString("latin1", 0, end))
      if (identity === null && seen.length <= longestAnswer) return nothing
      decided = true
      resolve(identity)
      if (identity === null) return nothing
      const rest = seen.subarray(end + 1)
      const by = /^dbbackup-pid(-out)?(-in)?:/.exec(seen.toString("latin1", 0, end))
      piped = { output: by?.[1] !== undefined, input: by?.[2] !== undefined }
      seen = nothing
      return rest
    },
    piped: () => piped,
    said: () => seen.toString("utf8").trim(),
    end: () => resolve(null),
  }
}

/** The fields of `stat` are counted from behind the name, which may hold spaces: the start time is the 20th there. */
function identityIn(line: string): ProcessIdentity | null {
  const [, pid, fields] = /^dbbackup-pid(?:-out)?(?:-in)?:(\d+) \(.*\) (.*)$/.exec(line) ?? []
  const born = fields?.split(" ")[19]
  return pid === undefined || born === undefined ? null : { pid: Number(pid), born }
}
