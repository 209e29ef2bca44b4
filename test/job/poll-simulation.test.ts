/** What is learned, held against what clients do by themselves. node test/simulation.ts prints the figures. */
import { describe, expect, it } from 'vitest'
import { doubling, everySeconds, learned, simulate, type Figures } from '../support/poll-simulation.ts'
import { record, SHAPE_NAMES, type ShapeName } from '../support/recorded-jobs.ts'

const JOBS = 500
// The author of the task is wrong by as much either way.
const GUESSES = [
  { seed: 1, factor: 3 },
  { seed: 2, factor: 1 / 3 },
] as const

interface Comparison {
  readonly mean: number
  readonly told: Figures
  readonly everySecond: Figures
  readonly everyTen: Figures
  readonly doubled: Figures
}

const made = new Map<ShapeName, readonly Comparison[]>()

function comparisons(shape: ShapeName): readonly Comparison[] {
  const before = made.get(shape)
  if (before) return before
  const compared = GUESSES.map(({ seed, factor }) => {
    const recording = record(shape, JOBS, seed)
    const mean = recording.jobs.reduce((sum, job) => sum + job.endedAt - job.startedAt, 0) / JOBS
    return {
      mean,
      told: simulate(recording, learned(recording, mean * factor, seed)),
      everySecond: simulate(recording, everySeconds(1)),
      everyTen: simulate(recording, everySeconds(10)),
      doubled: simulate(recording, doubling),
    }
  })
  made.set(shape, compared)
  return compared
}

const UNFORESEEABLE: readonly ShapeName[] = ['all sizes', 'memoryless']

describe('clients that come back when they are told to', () => {
  it.each(SHAPE_NAMES.filter((shape) => !UNFORESEEABLE.includes(shape)))(
    'take a fifth of the polls of asking every second, and are a third as late as asking every ten: %s',
    (shape) => {
      for (const { told, everySecond, everyTen } of comparisons(shape)) {
        expect(told.polls).toBeLessThanOrEqual(everySecond.polls / 5)
        expect(told.meanLateness).toBeLessThanOrEqual(everyTen.meanLateness / 3)
        expect(told.p95Lateness).toBeLessThanOrEqual(everyTen.p95Lateness / 3)
      }
    },
  )

  it.each(SHAPE_NAMES)('are a third as late as those that double their waits: %s', (shape) => {
    for (const { told, doubled } of comparisons(shape)) {
      expect(told.meanLateness).toBeLessThan(doubled.meanLateness / 3)
      // Which see a constant minute by luck: of 1 + 2 + 4 + 8 + 16 + 32, 63 comes right after it.
      if (shape !== 'constant') expect(told.p95Lateness).toBeLessThan(doubled.p95Lateness / 3)
    }
  })
})

/*
 * Where Δ(t) lies between two polls, S(t) of the jobs are still waited for and f(t) is the density of their ends, a job takes
 * ∫ S/Δ polls and is late by ∫ f·Δ/2; so by Cauchy and Schwarz polls × lateness ≥ (∫ √(S·f))² / 2, whatever the schedule, even
 * for one that knows the distribution. A fifth of the polls of asking every second is mean/5, and a third of the lateness of
 * asking every ten is 10/2/3 s: their product is mean/3. But for memoryless runs the bound is mean/2, and for these runs of all
 * sizes 0.46 × mean. There, having one means to miss the other. What is learned then takes the lateness.
 */
describe('clients that wait for runs nobody can foresee', () => {
  const alive: Readonly<Record<string, (seconds: number) => number>> = {
    memoryless: (seconds) => Math.exp(-seconds / 40),
    // As recorded, for want of a formula: 20,000 of them, and too few beyond ten minutes to matter.
    'all sizes': share(record('all sizes', 20_000, 3).jobs.map((job) => job.endedAt - job.startedAt)),
  }

  it.each(UNFORESEEABLE)('cannot have both, whatever the schedule: %s', (shape) => {
    const { least, mean } = leastProduct((seconds) => Number(alive[shape]?.(seconds)))
    expect(least).toBeGreaterThan((1.2 * mean) / 3)
  })

  it.each(UNFORESEEABLE)('come within a fifth of what can be had, at a third of the polls: %s', (shape) => {
    const { least } = leastProduct((seconds) => Number(alive[shape]?.(seconds)))
    for (const { told, everySecond, everyTen } of comparisons(shape)) {
      expect(told.polls * told.meanLateness).toBeLessThan(1.2 * least)
      expect(told.polls).toBeLessThan(everySecond.polls / 2.8)
      expect(told.meanLateness).toBeLessThan(everyTen.meanLateness / 2.8)
      expect(told.p95Lateness).toBeLessThan(everyTen.p95Lateness / 2.5)
    }
  })
})

/** (∫ √(S·f))² / 2, in steps of a second. */
function leastProduct(alive: (seconds: number) => number): { readonly least: number; readonly mean: number } {
  let [root, mean] = [0, 0]
  for (let seconds = 0; seconds < 600; seconds++) {
    const [before, after] = [alive(seconds), alive(seconds + 1)]
    root += Math.sqrt(((before + after) / 2) * (before - after))
    mean += (before + after) / 2
  }
  return { least: root ** 2 / 2, mean }
}

/** At whole seconds. */
function share(runs: readonly number[]): (seconds: number) => number {
  const sorted = runs.toSorted((a, b) => a - b)
  const atSecond: number[] = []
  let ended = 0
  for (let second = 0; ended < sorted.length; second++) {
    while (Number(sorted[ended]) <= second) ended++
    atSecond.push(1 - ended / sorted.length)
  }
  return (second) => atSecond[second] ?? 0
}
