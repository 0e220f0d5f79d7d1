// Makes of a tar file with a dump's folder one that is safe to unpack: the same files, their bare names alone, with headers of our own.
import type { Rewriter } from "../ports.ts"
import { dumpFolder } from "./dump-folder.ts"
import { tarReader } from "./tar-reader.ts"

const blockBytes = 512
const largestOctal = 0o77777777777

/** Throws a Fault, `import-refused`, for what is not taken. */
export function plainTar(): Rewriter {
  const folder = dumpFolder()
  let out: Buffer[] = []
  /** Of the file that passes; null while one is passed over. */
  let left: number | null = null
  let padding = 0
  const reader = tarReader({
    file(path, bytes) {
      const name = folder.nameOf(path)
      left = name === null ? null : bytes
      if (name === null) return
      out.push(header(name, bytes))
      padding = (blockBytes - (bytes % blockBytes)) % blockBytes
    },
    data(chunk) {
      if (left === null) return
      left -= chunk.length
      out.push(chunk)
      if (left === 0) out.push(Buffer.alloc(padding))
    },
  })
  const taken = (): readonly Buffer[] => {
    const pieces = out.filter(({ length }) => length > 0)
    out = []
    return pieces
  }
  return {
    push(chunk) {
      reader.push(chunk)
      return taken()
    },
    end() {
      reader.end()
      return [...taken(), Buffer.alloc(2 * blockBytes)]
    },
  }
}

/** Of a file that only its owner may read. */
function header(name: string, bytes: number): Buffer {
  const block = Buffer.alloc(blockBytes)
  block.write(name, 0, "latin1")
  block.write("0000600\0", 100, "latin1")
  block.write("0000000\0", 108, "latin1")
  block.write("0000000\0", 116, "latin1")
  if (bytes <= largestOctal) block.write(`${bytes.toString(8).padStart(11, "0")}\0`, 124, "latin1")
  else {
    block[124] = 0x80
    block.writeBigUInt64BE(BigInt(bytes), 128)
  }
  block.write("00000000000\0", 136, "latin1")
  block.write("        ", 148, "latin1")
  block.write("0", 156, "latin1")
  block.write("ustar\0" + "00", 257, "latin1")
  const sum = block.reduce((total, byte) => total + byte, 0)
  block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1")
  return block
}
