/** "Did you mean …?" for mistyped names. */
import leven from 'leven'

/** The one of `known` that `name` most likely stands for, if any is close. */
export function closest(name: string, known: Iterable<string>): string | undefined {
  // About a third of the name may be wrong, two letters of five for those that changed places: `txt` finds `text`, `foo` does not find `bar`, `a` does not find `b`.
  const maxDistance = Math.floor((name.length + 1) / 3)
  let best: string | undefined
  let bestDistance = maxDistance + 1
  for (const candidate of known) {
    const distance = leven(name.toLowerCase(), candidate.toLowerCase(), { maxDistance: bestDistance })
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance]
  }
  return best
}

/** ` Did you mean "x"?`, or nothing. */
export function didYouMean(name: string, known: Iterable<string>): string {
  const guess = closest(name, known)
  return guess === undefined ? '' : ` Did you mean "${guess}"?`
}
