// Takes apart Docker's multiplexed stream: frames of a tool's stdout and stderr, each behind an 8-byte header.
import { Fault } from "../core/fault.ts"

export interface Demux {
  /** The next bytes of the stream, split anywhere. Throws a Fault `docker-error` on bytes that are no frame header. */
  push(chunk: Buffer): void
  /** Throws a Fault `docker-error` when the stream ended inside a frame. */
  end(): void
}

const headerBytes = 8
const stdoutByte = 1
const stderrByte = 2

/**
 * Gives each frame's payload as soon as any of it is there, in order, as views into the chunks (no copy).
 * A header is one byte for the stream, three zeros, and the payload's length, big-endian.
 */
export function demux(receive: {
  readonly stdout: (payload: Buffer) => void
  readonly stderr: (payload: Buffer) => void
}): Demux {
  const header = Buffer.alloc(headerBytes)
  let headerSeen = 0
  let payloadLeft = 0
  let deliver = receive.stdout

  function readHeader(): void {
    headerSeen = 0
    payloadLeft = header.readUInt32BE(4)
    const stream = header[0]
    const padded = header[1] === 0 && header[2] === 0 && header[3] === 0
    if (!padded || (stream !== stdoutByte && stream !== stderrByte)) {
      throw new Fault(
        "docker-error",
        `docker's stream is out of step: ${header.toString("hex")} is no frame header`,
        {
          hint: "Something between this program and the Docker engine changes the stream.",
        },
      )
    }
    deliver = stream === stdoutByte ? receive.stdout : receive.stderr
  }

  return {
    push(chunk) {
      let at = 0
      while (at < chunk.length) {
        if (payloadLeft === 0) {
          const end = Math.min(at + headerBytes - headerSeen, chunk.length)
          headerSeen += chunk.copy(header, headerSeen, at, end)
          at = end
          if (headerSeen === headerBytes) readHeader()
        } else {
          const end = Math.min(at + payloadLeft, chunk.length)
          payloadLeft -= end - at
          deliver(chunk.subarray(at, end))
          at = end
        }
      }
    },
    end() {
      if (headerSeen === 0 && payloadLeft === 0) return
      const missing = payloadLeft > 0 ? `${payloadLeft} bytes short of a frame` : "inside a frame header"
      throw new Fault("docker-error", `docker's stream ended ${missing}`, {
        hint: "The connection to the Docker engine was cut: a proxy's idle timeout, or the engine was restarted.",
      })
    },
  }
}
