// The first line that a started shell prints, with its process id: proof that it runs, and what to kill. Printed on stdout,
// not on stderr, because Docker keeps no order between the two, and this line must come before the first byte of a dump.

/** A shell's complaint or Docker's own is shorter. */
const longestAnswer = 4096

/**
 * Prepends the line to a script. With stdin, the shell first waits for a line of input, so that nothing of the script runs
 * on a connection that cannot carry its input; `read` takes exactly one line.
 */
export function announcingPid(script: string, stdin: boolean): string {
  const wait = stdin ? "read -r dbbackup_go || exit 97\nunset dbbackup_go\n" : ""
  return `${wait}echo "dbbackup-pid:$$"\n${script}`
}

/** What to write to stdin to let such a script go on. */
export const goLine = "go\n"

export interface PidLine {
  /** Takes stdout from its beginning; returns what is not part of the line, empty while that is undecided. */
  take(chunk: Buffer): Buffer
  /** Null once it is clear that no such line comes. */
  readonly pid: Promise<number | null>
  /** What stdout began with instead, for a message. */
  said(): string
  /** Stdout has ended. */
  end(): void
}

const nothing = Buffer.alloc(0)

export function pidLine(): PidLine {
  let seen = nothing
  let decided = false
  const { promise, resolve } = Promise.withResolvers<number | null>()
  return {
    pid: promise,
    take(chunk) {
      if (decided) return chunk
      seen = Buffer.concat([seen, chunk])
      const end = seen.indexOf("\n")
      if (end < 0 && seen.length <= longestAnswer) return nothing
      const digits = /^dbbackup-pid:(\d+)$/.exec(seen.toString("latin1", 0, end))?.[1]
      if (digits === undefined && seen.length <= longestAnswer) return nothing
      decided = true
      resolve(digits === undefined ? null : Number(digits))
      if (digits === undefined) return nothing
      const rest = seen.subarray(end + 1)
      seen = nothing
      return rest
    },
    said: () => seen.toString("utf8").trim(),
    end: () => resolve(null),
  }
}
