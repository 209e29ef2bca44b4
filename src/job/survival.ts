/** How likely a run still goes on after so many seconds, as far as the runs before it tell. */
export interface Moment {
  readonly seconds: number
  /** The share of runs that are longer. */
  readonly alive: number
}

export interface Survival {
  /** From 0 on, ever rarer where nothing ends, as dense as matters where much does. */
  readonly moments: readonly Moment[]
  /** Where what was seen ends. Later moments are a guess at how long a run may be that is longer than any before. */
  readonly longestSeconds: number
  readonly meanSeconds: number
}

/** Fewer say less than the author of the task knows: of five, two may be odd and their median still be typical. */
export const ENOUGH_RUNS = 5
// The author's guess stands for the runs that are missing, spread from a third of it to three times as much.
const GUESS_FACTOR = 3

// Each run counts 3 % less than the one after it. Half of what is known then comes from the last 23 runs, which follows
// a drift; and a task that does not drift is known as well as from 60 runs that count alike.
const FORGETTING = 0.97

// Two equal runs do not promise a third; and nobody can be told of less than a second anyhow.
const LEAST_BLUR_SECONDS = 0.25
const LEAST_BLUR = 0.005

// Moments lie closer than it takes for a thousandth of the runs to end, or for a hundredth of the time to pass, but no
// closer than a quarter of a second. Coarser ones cost visible lateness, finer ones change nothing.
const STEP_SHARE = 0.001
const STEP = 0.01
const STEP_SECONDS = 0.25

// Beyond the longest run: half of what got so far gets twice as far. It is looked at up to 16 times the longest.
const TAIL_STEP = 1 + 1 / 30
const TAIL_END = 16

interface Run {
  readonly seconds: number
  readonly weight: number
}

/** A run smeared over the lengths it might as well have had. */
interface Blur {
  readonly from: number
  readonly to: number
  readonly weight: number
}

/** `runs` in seconds, newest first. */
export function survivalOf(runs: readonly number[], typicalSeconds: number): Survival {
  const known = weighted([...runs, ...guesses(ENOUGH_RUNS - runs.length, typicalSeconds)])
  const blurs = blurred(known)
  const longestSeconds = Math.max(...blurs.map(({ to }) => to))
  // Of n runs and the next, each is equally likely to be the longest.
  const longer = 1 / (known.length + 1)
  const seen = pass(blurs).map(({ seconds, alive }) => ({ seconds, alive: longer + (1 - longer) * alive }))
  const unseen: Moment[] = []
  for (let factor = TAIL_STEP; factor < TAIL_END; factor *= TAIL_STEP)
    unseen.push({ seconds: longestSeconds * factor, alive: longer / factor })
  const meanSeconds = known.reduce((sum, { seconds, weight }) => sum + seconds * weight, 0)
  return { moments: [...seen, ...unseen], longestSeconds, meanSeconds }
}

function guesses(count: number, typicalSeconds: number): number[] {
  const place = (index: number) => (2 * index + 1) / count - 1
  return Array.from({ length: Math.max(0, count) }, (_, i) => typicalSeconds * GUESS_FACTOR ** place(i))
}

/** Shortest first, the weights together 1. */
function weighted(runs: readonly number[]): Run[] {
  const total = (1 - FORGETTING ** runs.length) / (1 - FORGETTING)
  return runs
    .map((seconds, age) => ({ seconds: Math.max(0, seconds), weight: FORGETTING ** age / total }))
    .toSorted((a, b) => a.seconds - b.seconds)
}

/**
 * Each run as wide as the distance to its √n-th nearest neighbour: narrow in a crowd, however narrow the crowd is, and
 * wide where runs are rare. That is what keeps polls from being placed by the accidents of a hundred samples.
 */
function blurred(known: readonly Run[]): Blur[] {
  const neighbours = Math.round(Math.sqrt(known.length))
  return known.map(({ seconds, weight }, index) => {
    const near = known
      .slice(Math.max(0, index - neighbours), index + neighbours + 1)
      .map((other) => Math.abs(other.seconds - seconds))
      .toSorted((a, b) => a - b)
    const width = Math.max(near[neighbours] ?? 0, LEAST_BLUR_SECONDS, LEAST_BLUR * seconds)
    // As many times shorter as longer, so that a wide one still does not begin at once.
    return { from: seconds ** 2 / (seconds + width), to: seconds + width, weight }
  })
}

/** Goes along the blurs, whose sum is a broken line, and notes what is alive where it matters. */
function pass(blurs: readonly Blur[]): Moment[] {
  const bends = blurs
    .flatMap(({ from, to, weight }) => [
      { seconds: from, change: weight / (to - from) },
      { seconds: to, change: -weight / (to - from) },
    ])
    .toSorted((a, b) => a.seconds - b.seconds)
  const moments = [{ seconds: 0, alive: 1 }]
  let [last, here, alive, slope] = [0, 0, 1, 0]
  for (const { seconds, change } of bends) {
    const length = seconds - here
    const steps = Math.ceil(Math.max((slope * length) / STEP_SHARE, length / (STEP * seconds || 1), 1))
    for (let step = 1; step <= steps; step++) {
      const at = seconds - (length * (steps - step)) / steps
      if (at - last < STEP_SECONDS) continue
      moments.push({ seconds: at, alive: Math.max(0, alive - (slope * length * step) / steps) })
      last = at
    }
    alive -= slope * length
    slope += change
    here = seconds
  }
  if (last === here) moments.pop()
  return [...moments, { seconds: here, alive: 0 }]
}
