// Bech32 (BIP 173), which age writes its keys in: a word that says what it is, the bytes, and a checksum that catches typing errors.

const alphabet = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
const generators = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3]
const checksumLength = 6

/** Lower case. */
export function toBech32(word: string, bytes: Uint8Array): string {
  const digits = regrouped([...bytes], 8, 5, true) ?? []
  const sum = polymod([...expanded(word), ...digits, 0, 0, 0, 0, 0, 0]) ^ 1
  const checksum = Array.from({ length: checksumLength }, (_, i) => (sum >>> (5 * (5 - i))) & 31)
  return `${word}1${[...digits, ...checksum].map((digit) => alphabet[digit]).join("")}`
}

/** The bytes behind that word; undefined for anything else, wrong checksums and mixed case included. */
export function fromBech32(word: string, text: string): Uint8Array | undefined {
  if (text !== text.toLowerCase() && text !== text.toUpperCase()) return undefined
  const lower = text.toLowerCase()
  if (!lower.startsWith(`${word}1`)) return undefined
  const digits = Array.from(lower.slice(word.length + 1), (char) => alphabet.indexOf(char))
  if (digits.length < checksumLength || digits.includes(-1)) return undefined
  if (polymod([...expanded(word), ...digits]) !== 1) return undefined
  const bytes = regrouped(digits.slice(0, -checksumLength), 5, 8, false)
  return bytes && Uint8Array.from(bytes)
}

function expanded(word: string): number[] {
  const codes = Array.from(word, (char) => char.charCodeAt(0))
  return [...codes.map((code) => code >>> 5), 0, ...codes.map((code) => code & 31)]
}

function polymod(values: readonly number[]): number {
  let sum = 1
  for (const value of values) {
    const top = sum >>> 25
    sum = ((sum & 0x1ffffff) << 5) ^ value
    for (const [i, generator] of generators.entries()) if ((top >>> i) & 1) sum ^= generator
  }
  return sum >>> 0
}

/** Undefined when bits that only fill up are not 0, or are enough for a digit of their own. */
function regrouped(values: readonly number[], from: number, to: number, fill: boolean): number[] | undefined {
  let rest = 0
  let bits = 0
  const groups: number[] = []
  for (const value of values) {
    rest = ((rest << from) | value) & 0xfff
    bits += from
    while (bits >= to) {
      bits -= to
      groups.push((rest >>> bits) & ((1 << to) - 1))
    }
  }
  if (fill) return bits === 0 ? groups : [...groups, (rest << (to - bits)) & ((1 << to) - 1)]
  return bits >= from || (rest & ((1 << bits) - 1)) !== 0 ? undefined : groups
}
