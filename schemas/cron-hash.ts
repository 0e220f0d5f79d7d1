// `H` in a cron pattern: a value picked once per job, so that many jobs of one schedule do not start in the same minute.

interface Field {
  readonly name: string
  readonly min: number
  readonly max: number
}

const second: Field = { name: "second", min: 0, max: 59 }
const fields: readonly Field[] = [
  { name: "minute", min: 0, max: 59 },
  { name: "hour", min: 0, max: 23 },
  // Every month has a 28th.
  { name: "day of the month", min: 1, max: 28 },
  { name: "month", min: 1, max: 12 },
  { name: "day of the week", min: 0, max: 6 },
]

/** Gives a field's name a whole number of 0 or more, always the same for the same job. */
export type Pick = (field: string) => number

/** Whether a pattern leaves values to be picked. No name of a month or of a weekday begins with H. */
export function hasHash(pattern: string): boolean {
  return /(^|[ ,])H/.test(pattern)
}

/**
 * The pattern with every `H`, `H/15`, `H(0-29)` and `H(0-29)/10` replaced by picked values. Throws an Error that says what to
 * write, when one is none of these or goes beyond its field.
 */
export function resolveHash(pattern: string, pick: Pick): string {
  const texts = pattern.split(" ")
  const named = texts.length === 6 ? [second, ...fields] : fields
  return texts
    .map((text, i) => {
      const field = named[i]
      if (!field || !hasHash(text)) return text
      return text
        .split(",")
        .map((item) => (item.startsWith("H") ? resolveItem(item, field, pick(field.name)) : item))
        .join(",")
    })
    .join(" ")
}

function resolveItem(item: string, field: Field, picked: number): string {
  const match = /^H(?:\((\d{1,2})-(\d{1,2})\))?(?:\/(\d{1,2}))?$/.exec(item)
  if (!match) throw new Error(`${item} is not one of H, H/15, H(0-29) and H(0-29)/10`)
  const min = Number(match[1] ?? field.min)
  const max = Number(match[2] ?? field.max)
  if (min < field.min || max > field.max || min > max)
    throw new Error(`${item} is not within ${field.min}-${field.max}, the values of H for the ${field.name}`)
  const width = max - min + 1
  if (match[3] === undefined) return String(min + (picked % width))
  const step = Number(match[3])
  if (step < 1 || step > width) throw new Error(`the step of ${item} is not within 1-${width}`)
  return stepped(min + (picked % step), max, step)
}

/** The few values of a wide step one by one, as people read them; many as a range. */
function stepped(first: number, last: number, step: number): string {
  const values = Array.from({ length: Math.floor((last - first) / step) + 1 }, (_, i) => first + i * step)
  return values.length <= 6 ? values.join(",") : `${first}-${last}/${step}`
}
