// The nearest valid spelling to a mistyped word, or none when nothing is near.

/** The candidate with the smallest edit distance, at most a third of the word's length (and 3) away. Case does not count. */
export function nearest(typed: string, candidates: readonly string[]): string | null {
  const reach = Math.min(3, Math.max(1, Math.floor(typed.length / 3)))
  let best: { word: string; distance: number } | undefined
  for (const word of candidates) {
    if (Math.abs(word.length - typed.length) > reach) continue
    const distance = editDistance(typed.toLowerCase(), word.toLowerCase())
    if (distance <= reach && (best === undefined || distance < best.distance)) best = { word, distance }
  }
  return best?.word ?? null
}

/** Insertions, deletions, replacements and swaps of neighbours that lead from one word to the other. */
function editDistance(a: string, b: string): number {
  let before: number[] = []
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1
      let least = Math.min((row[j - 1] ?? 0) + 1, (previous[j] ?? 0) + 1, (previous[j - 1] ?? 0) + cost)
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        least = Math.min(least, (before[j - 2] ?? 0) + 1)
      row.push(least)
    }
    before = previous
    previous = row
  }
  return previous[b.length] ?? 0
}
