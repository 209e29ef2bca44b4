/** Gives every column of a table a name of its own. */

/**
 * An empty name becomes column-N by its place, from 1. A name that is taken gets -2, -3 … put behind it: the first number
 * that makes a name which neither the header nor an earlier column has.
 */
export function columnNames(header: readonly string[]): string[] {
  const inHeader = new Set(header)
  const taken = new Set<string>()
  const lastNumbers = new Map<string, number>()
  return header.map((given, i) => {
    const name = given === '' ? unlessInHeader(`column-${i + 1}`) : given
    const unique = taken.has(name) ? numbered(name) : name
    taken.add(unique)
    return unique
  })

  function unlessInHeader(name: string): string {
    return inHeader.has(name) ? numbered(name) : name
  }

  // Goes on from the last number, lest a header of one name thousands of times take quadratic time.
  function numbered(name: string): string {
    let number = lastNumbers.get(name) ?? 1
    let candidate: string
    do candidate = `${name}-${++number}`
    while (taken.has(candidate) || inHeader.has(candidate))
    lastNumbers.set(name, number)
    return candidate
  }
}
