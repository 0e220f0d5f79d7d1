// An object's bytes as they come over the network: all of them, or a Fault.
import { Readable } from "node:stream"

/** A connection may end in an orderly way with half of the object, so the length is checked. */
export function wholeBody(
  body: Readable,
  expectedBytes: number | undefined,
  faultOf: (error: unknown) => Error,
): Readable {
  async function* bytes(): AsyncGenerator<Buffer> {
    let got = 0
    try {
      for await (const chunk of body) {
        got += chunk.length
        yield chunk
      }
      if (expectedBytes !== undefined && got !== expectedBytes) {
        throw new Error(`the connection ended after ${got} of ${expectedBytes} bytes`)
      }
    } catch (error) {
      throw faultOf(error)
    }
  }
  return Readable.from(bytes(), { objectMode: false })
}
