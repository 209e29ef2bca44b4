/** What a campaign has learned from answers, and how often something is drawn. */
import * as fc from 'fast-check'
import type { Knowledge } from './knowledge.ts'
import type { Piece } from './request.ts'

/** One of so many that were learned before the request is sent. */
export function learned(pick: (known: Knowledge, nth: number) => string): fc.Arbitrary<Piece> {
  return fc.nat(199).map(
    (nth): Piece =>
      (known) =>
        pick(known, nth),
  )
}

/** Once in so many. */
export function sometimes<T>(arbitrary: fc.Arbitrary<T>, oneIn: number): fc.Arbitrary<T | null> {
  return fc.oneof({ arbitrary: fc.constant(null), weight: oneIn - 1 }, { arbitrary, weight: 1 })
}
