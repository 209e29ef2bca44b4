/** Jobs of several shapes, as a queue would have recorded them: made from a seed, so that every run of a test has the same. */
export interface RecordedJob {
  readonly submittedAt: number
  readonly startedAt: number
  readonly endedAt: number
  /** What the task said of its progress, in percent, when it had run so long. */
  readonly progressAfter?: (seconds: number) => number
}

export interface Recording {
  readonly jobs: readonly RecordedJob[]
  readonly slots: number
}

export type Random = () => number

/** mulberry32: 32 bits of state do for a few thousand draws. */
export function randomFrom(seed: number): Random {
  let state = Math.imul(seed, 0x9e3779b1) >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    const mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    const twice = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((twice ^ (twice >>> 14)) >>> 0) / 2 ** 32
  }
}

type Shape = (random: Random, through: number) => number

const MINUTE = 60
// The same work never takes quite the same time: another machine, another neighbour, a cold cache.
const around = (random: Random, seconds: number, spread: number) =>
  seconds * Math.exp(spread * normal(random))

const lognormal: Shape = (random) => within(2, 10 * MINUTE, () => around(random, 20, 1.2))

/** Seconds that a job runs, by what part of the recording is behind. */
const SHAPES = {
  /** The same work each time. */
  constant: (random) => MINUTE * (0.98 + 0.04 * random()),
  /** Nine in ten are alike; of the others, half are done after less than a minute and some take ten. */
  'long tail': (random) =>
    random() < 0.9 ? around(random, 20, 0.15) : Math.min(10 * MINUTE, 25 / (1 - random())),
  /** A cache that mostly has the answer. */
  bimodal: (random) => (random() < 0.8 ? around(random, 4, 0.15) : around(random, 3 * MINUTE, 0.07)),
  /** A table that grows. */
  drifting: (random, through) => around(random, 10 + 230 * through, 0.1),
  /** Inputs of all sizes, by a task that says how far it is. */
  'with progress': lognormal,
  /** Bursts of jobs for two slots. */
  queueing: (random) => around(random, 20, 0.25),
  /** Inputs of all sizes, by a task that does not. */
  'all sizes': lognormal,
  /** How long it has taken says nothing of how long it will. */
  memoryless: (random) => -40 * Math.log(1 - random()),
} as const satisfies Readonly<Record<string, Shape>>

export type ShapeName = keyof typeof SHAPES
export const SHAPE_NAMES = Object.keys(SHAPES) as ShapeName[]

/** `scale` makes all times longer, to see what depends on them. */
export function record(shape: ShapeName, count: number, seed: number, scale = 1): Recording {
  const random = randomFrom(seed)
  const runs = Array.from({ length: count }, (_, index) => scale * SHAPES[shape](random, index / count))
  return shape === 'queueing' ? queued(runs, random) : overlapping(runs, random, shape === 'with progress')
}

/** Submitted at any time, one or two at once, and started as soon as a worker has heard of it. */
function overlapping(runs: readonly number[], random: Random, progress: boolean): Recording {
  const mean = runs.reduce((sum, run) => sum + run, 0) / runs.length
  let now = 0
  const jobs = runs.map((run) => {
    now -= 0.7 * mean * Math.log(1 - random())
    const startedAt = now + 0.02 + 0.2 * random()
    const job = { submittedAt: now, startedAt, endedAt: startedAt + run }
    return progress ? { ...job, progressAfter: notQuiteLinear(run, random) } : job
  })
  return { jobs, slots: Number.POSITIVE_INFINITY }
}

/** Bursts of up to two dozen jobs, then nothing until most of them are done. First come, first served. */
function queued(runs: readonly number[], random: Random): Recording {
  const mean = runs.reduce((sum, run) => sum + run, 0) / runs.length
  const freeAt = [0, 0]
  let now = 0
  let left = 0
  const jobs = runs.map((run) => {
    if (left-- > 0) now += (mean / 5) * random()
    else {
      left = Math.floor(24 * random())
      now += 15 * mean * random()
    }
    const slot = freeAt.indexOf(Math.min(...freeAt))
    const startedAt = Math.max(now + 0.02 + 0.2 * random(), Number(freeAt[slot]))
    const endedAt = startedAt + run
    freeAt[slot] = endedAt
    return { submittedAt: now, startedAt, endedAt }
  })
  return { jobs, slots: freeAt.length }
}

/** Some tasks have the hard part first and some have it last. */
function notQuiteLinear(run: number, random: Random): (seconds: number) => number {
  const bend = 0.8 + 0.5 * random()
  return (seconds) => Math.min(99, Math.floor(100 * (seconds / run) ** bend))
}

function within(least: number, most: number, draw: () => number): number {
  for (;;) {
    const drawn = draw()
    if (drawn >= least && drawn <= most) return drawn
  }
}

/** Box and Muller's. */
function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
}
