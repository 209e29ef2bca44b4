/** What is remembered of work that a callee accepted, from one look at it to the next; and when to look again. */
import type { Json } from '../job/json.ts'
import type { OutboundResponse } from '../outbound/caller.ts'
import { retryAfterSeconds } from '../polling/retry-after.ts'
import type { CancelOffer } from './cancel-offer.ts'
import { headerOf } from './headers.ts'
import type { Monitor } from '../polling/monitor.ts'
import type { KeptTranscript } from './transcript.ts'

// A type, not an interface: it is kept as JSON.
export type Following = {
  readonly monitor: Monitor
  /** Milliseconds since 1970: when the work was accepted. */
  readonly since: number
  readonly polls: number
  /** Looks in a row that failed. */
  readonly failures: number
  /** How long to wait before the next look, where the callee does not say. */
  readonly waitSeconds: number
  readonly cancel?: CancelOffer
  readonly transcript: KeptTranscript
}

/** A day: whoever takes longer than that has forgotten the work. */
export const MAX_MS = 86_400_000
/** So many looks in a row may fail; with the waits between, that is some minutes. */
export const MAX_FAILURES = 10

const FIRST_WAIT = 1
const GROWTH = 1.5
const MAX_WAIT = 60
// What a callee asks for; less than a second would be haste, and more than an hour is more patience than most mean.
const LEAST_ASKED = 1
const MOST_ASKED = 3600

export const BEGINNING = { polls: 0, failures: 0, waitSeconds: FIRST_WAIT } as const

/** The state that the task left when it paused. */
export function followingOf(state: Json | undefined): Following | undefined {
  return state as Following | undefined
}

/** The wait after this one, where the callee says nothing. */
export function longer(waitSeconds: number): number {
  return Math.min(MAX_WAIT, waitSeconds * GROWTH)
}

/** Seconds until the next look; never before the callee asked for it, and not quite together with all the others. */
export function pauseSeconds(
  waitSeconds: number,
  asked: number | undefined,
  random: () => number = Math.random,
): number {
  const wait = asked === undefined ? waitSeconds : Math.min(Math.max(asked, LEAST_ASKED), MOST_ASKED)
  return Math.min(MOST_ASKED, Math.round(wait * (1 + random() / 10) * 1000) / 1000)
}

export function askedSeconds({ headers }: OutboundResponse): number | undefined {
  return retryAfterSeconds(headerOf(headers, 'retry-after'), Date.now(), headerOf(headers, 'date'))
}
