/** The course of a campaign: which request comes when, from the seed alone. */
import * as fc from 'fast-check'
import type { Knowledge } from './knowledge.ts'
import type { Description } from './operations.ts'
import { rawFrom, type Raw } from './raw.ts'
import type { Request } from './request.ts'
import { requestsTo } from './requests.ts'
import { sweepRequest } from './sweep.ts'

export type Case =
  | { readonly kind: 'request'; readonly request: Request }
  | { readonly kind: 'raw'; readonly raw: Raw }
  | { readonly kind: 'again'; readonly nth: number }

// Of a hundred: so many raw, so many submissions sent once more as they were, and so many of the sweep.
const RAW = 4
const AGAIN = 3
export const SWEPT = 18

/** In pieces, as a sample is made whole. */
const PIECE = 400

export function* casesFrom(
  seed: number,
  { description, known, host }: { description: Description; known: Knowledge; host: string },
): Generator<Case, never> {
  const requests = requestsTo(description)
  const raws = rawFrom(requests, known, host)
  const request = samples(requests, seed)
  const raw = samples(raws, seed + 1)
  for (let nth = 0, swept = 0; ; nth++) {
    const turn = (nth * 37) % 100
    if (turn < RAW) yield { kind: 'raw', raw: raw.next().value }
    else if (turn < RAW + AGAIN) yield { kind: 'again', nth }
    else if (turn < RAW + AGAIN + SWEPT) yield { kind: 'request', request: sweepRequest(swept++) }
    else yield { kind: 'request', request: request.next().value }
  }
}

function* samples<T>(arbitrary: fc.Arbitrary<T>, seed: number): Generator<T, never> {
  for (let piece = 0; ; piece++) yield* fc.sample(arbitrary, { seed: seed + piece * 2, numRuns: PIECE })
}
