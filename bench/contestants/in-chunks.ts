/** The numbers below `count`, so many at a time. */

// As many as one statement comfortably carries.
const CHUNK = 5000

export function* inChunks(count: number): Generator<number[]> {
  for (let from = 0; from < count; from += CHUNK)
    yield Array.from({ length: Math.min(CHUNK, count - from) }, (_, nth) => from + nth)
}
