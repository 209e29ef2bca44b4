/** What went to and fro in an attempt, for whoever asks why: exchanges with all that is secret left out, and not too much. */
import type { Json } from '../job/json.ts'
import { shownExchange, SIZES, type Exchange, type Size } from './exchange.ts'
import type { Redactor } from './secrets.ts'

// How it began and how it ended; in between, a poll is like any other.
const FIRST = 3
const LAST = 7
const MAX_BYTES = 60_000

// A type, not an interface: it is kept as JSON.
export type KeptTranscript = {
  readonly exchanges: readonly Json[]
  readonly leftOut: number
}

export interface Transcript {
  readonly add: (exchange: Exchange) => void
  /** What a later segment of the attempt goes on from. */
  readonly kept: () => KeptTranscript
}

export function openTranscript(
  show: (what: Json) => void,
  redact: Redactor,
  { exchanges, leftOut }: KeptTranscript = { exchanges: [], leftOut: 0 },
): Transcript {
  let kept = exchanges
  let missing = leftOut
  return {
    add(exchange) {
      const form = (size: Size) => shownExchange(exchange, redact, size)
      const room = Math.floor(MAX_BYTES / (FIRST + LAST)) - 100
      const fitting = SIZES.map(form).find((each) => Buffer.byteLength(JSON.stringify(each)) <= room)
      kept = [...kept, fitting ?? form(SIZES[3])]
      if (kept.length > FIRST + LAST) {
        kept = kept.toSpliced(FIRST, 1)
        missing++
      }
      show(missing === 0 ? kept : [...kept.slice(0, FIRST), { leftOut: missing }, ...kept.slice(FIRST)])
    },
    kept: () => ({ exchanges: kept, leftOut: missing }),
  }
}
