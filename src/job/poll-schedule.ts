/** When to look whether a run has ended: often where runs end, seldom where they do not. */
import { survivalOf, type Moment } from './survival.ts'

/** Made once per change of what is known; to ask it is a binary search. */
export interface PollSchedule {
  /** Seconds since the start, ascending. */
  readonly moments: readonly number[]
  /** For each of the moments: when to look again if the run goes on. */
  readonly looks: readonly number[]
  readonly longestSeconds: number
  readonly meanSeconds: number
  readonly costOfLateness: number
}

// What being late by a second costs, in polls, per second that a run lasts on average; by two seconds, four times as much,
// for it is the long waits that are noticed. With it, runs that may end at any time are asked for about every 3 s, and those
// that can be foreseen need a fifth of the polls of a client that asks every second and are seen a third as late as by one
// that asks every 10 s: test/job/poll-simulation.test.ts. A smaller number saves polls, a larger one time.
const COST_OF_LATENESS = 0.07
// That the cost grows with the mean keeps the polls in proportion to the run. But a task of one second must not be waited
// for three, since it makes few polls anyhow; and one of an hour is not to be asked for every 3 s.
const LEAST_MEAN_SECONDS = 20
const MOST_MEAN_SECONDS = 80

// The header cannot say less.
const LEAST_GAP_SECONDS = 1

// A run that is longer than all before: at least after a thirtieth of the time it took, for then nobody waits for more
// than 3 % longer than they had to, and a run that never ends is asked for ever more seldom.
const SHARE_OF_OVERTIME = 1 / 30

/** `runs` in seconds, newest first. */
export function pollSchedule(runs: readonly number[], typicalSeconds: number): PollSchedule {
  const { moments, longestSeconds, meanSeconds } = survivalOf(runs, typicalSeconds)
  const costOfLateness =
    COST_OF_LATENESS * Math.min(MOST_MEAN_SECONDS, Math.max(LEAST_MEAN_SECONDS, meanSeconds))
  return {
    moments: moments.map(({ seconds }) => seconds),
    looks: cheapestLooks(moments, costOfLateness),
    longestSeconds,
    meanSeconds,
    costOfLateness,
  }
}

/** Seconds until the next look at a run that has taken so long. */
export function secondsToNextLook(schedule: PollSchedule, elapsedSeconds: number): number {
  const { moments, looks, longestSeconds, costOfLateness } = schedule
  let [low, high] = [0, moments.length - 1]
  const sought = Math.min(elapsedSeconds, longestSeconds)
  while (low < high) {
    const middle = (low + high) >> 1
    if (Number(moments[middle]) < sought) low = middle + 1
    else high = middle
  }
  const planned = Number(looks[low]) - elapsedSeconds
  if (elapsedSeconds <= longestSeconds) return planned
  // Of what has got so far, half gets twice as far. For such a tail the cheapest interval is known: this cube root.
  const cheapest = Math.cbrt((1.5 * elapsedSeconds) / costOfLateness)
  return Math.max(LEAST_GAP_SECONDS, planned, cheapest, elapsedSeconds * SHARE_OF_OVERTIME)
}

/** A moment with the integrals up to it of the share that has ended, and of that times the time. */
interface Tally extends Moment {
  readonly ended: number
  readonly area: number
  readonly lean: number
}

/**
 * For each moment the best one to look again at, backwards from the last: the cost of the rest from a moment on is that
 * of a poll, for those that are still waiting, and of the lateness of those that end before it, and of the rest from it on.
 * The later the moment, the later its best next one, which bounds the search: the whole takes well under a millisecond.
 */
function cheapestLooks(moments: readonly Moment[], costOfLateness: number): number[] {
  const tallies = tallied(moments)
  const end = tallies.length - 1
  const next = tallies.map(() => end)
  const costs = tallies.map(() => 0)
  for (let i = end - 1; i >= 0; i--) {
    const from = tallies[i] as Tally
    let best = Number.POSITIVE_INFINITY
    for (let j = Number(next[i + 1]); j > i; j--) {
      const to = tallies[j] as Tally
      if (to.seconds - from.seconds < LEAST_GAP_SECONDS && j < end) break
      const cost = from.alive + costOfLateness * squaredLateness(from, to) + Number(costs[j])
      if (cost >= best) continue
      best = cost
      next[i] = j
    }
    costs[i] = best
  }
  return next.map((j) => (tallies[j] as Tally).seconds)
}

/** Of those that end between the two, summed up until the later one. */
function squaredLateness(from: Tally, to: Tally): number {
  const gap = to.seconds - from.seconds
  return 2 * (to.seconds * (to.area - from.area) - (to.lean - from.lean)) - from.ended * gap * gap
}

function tallied(moments: readonly Moment[]): Tally[] {
  let before: Tally = { seconds: 0, alive: 1, ended: 0, area: 0, lean: 0 }
  return moments.map(({ seconds, alive }) => {
    const strip = ((2 - before.alive - alive) / 2) * (seconds - before.seconds)
    const area = before.area + strip
    const lean = before.lean + (strip * (seconds + before.seconds)) / 2
    before = { seconds, alive, ended: 1 - alive, area, lean }
    return before
  })
}
