/** The circuit to an origin: whether jobs are to call it, by how calls to it have gone lately. */

export const CIRCUIT_STATES = ['closed', 'open', 'half-open'] as const
/** `closed`: calls are made. `open`: none is, for a while. `half-open`: one is, to see whether it is well again. */
export type CircuitState = (typeof CIRCUIT_STATES)[number]

export interface Circuit {
  readonly state: CircuitState
  /** How often it has opened since it was last well. */
  readonly trips: number
}

/** Calls of the last WINDOW_SECONDS. */
export interface Window {
  readonly calls: number
  readonly failures: number
}

export interface CircuitChange extends Circuit {
  /** Of one that opens: how long nobody is to call. */
  readonly openSeconds?: number
}

// A minute: long enough to tell an outage from a hiccup, short enough that the day before does not count.
export const WINDOW_SECONDS = 60
// Ten, half of which failed: with fewer, two failures in a row would keep everybody from a host that is well.
const LEAST_CALLS = 10
const FAILURE_SHARE = 0.5
// Doubles each time, up to five minutes: so long may the other side be well again before anybody notices.
const OPEN_SECONDS = { first: 15, most: 300 }
// A call takes five minutes at most (timeoutSeconds of the http task); a probe that has not ended by then never will.
export const PROBE_SECONDS = 330

// A day: whoever waits for longer wants to be told.
export const GIVE_UP_SECONDS = 86_400

/** After a call; undefined where all stays as it is. */
export function afterCall({ state, trips }: Circuit, ok: boolean, window: Window): CircuitChange | undefined {
  switch (state) {
    case 'closed': {
      const isBad = window.calls >= LEAST_CALLS && window.failures >= window.calls * FAILURE_SHARE
      return isBad ? opened(trips) : undefined
    }
    case 'half-open':
      return ok ? { state: 'closed', trips: 0 } : opened(trips)
    // A call that began before it opened says nothing about now.
    case 'open':
      return undefined
  }
}

function opened(trips: number): CircuitChange {
  const openSeconds = Math.min(OPEN_SECONDS.first * 2 ** trips, OPEN_SECONDS.most)
  return { state: 'open', trips: trips + 1, openSeconds }
}

// Of these the other side says itself that it can take no more just now.
const BUSY = new Set([408, 425, 429])
// Of these it says that it never will: it is well, but the request is not for it.
const NOT_ABLE = new Set([501, 505])

/** Whether an answer tells that the other side is well. @param status 0: none came */
export function isWell(status: number): boolean {
  if (status >= 500) return NOT_ABLE.has(status)
  return status > 0 && !BUSY.has(status)
}

/** How many more may be started. @param most at once, while all is well */
export function room(state: CircuitState, calling: number, most: number): number {
  const limit = { closed: most, 'half-open': 1, open: 0 }[state]
  return Math.max(0, limit - calling)
}
