/** Chance from a seed: the same seed rolls the same, whoever else rolls meanwhile. */
import { createHash } from 'node:crypto'
import { uniformInt } from 'pure-rand/distribution/uniformInt'
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'

export interface Dice {
  /** A whole number from `from` to `to`, both included. */
  whole(from: number, to: number): number
  /** True as often as `share` says, 0 to 1. */
  chance(share: number): boolean
  one<T>(of: readonly T[]): T
  /** One of them, each as often as its weight says. */
  weighted<T extends { readonly weight: number }>(of: readonly T[]): T
  /** About `mean`, as the time between two events that know nothing of each other. */
  pause(mean: number): number
  /** Dice of one's own, whose rolls depend on the seed and the name only. */
  named(name: string): Dice
}

const FINE = 1_000_000_000

export function dice(seed: string): Dice {
  const generator = xoroshiro128plus(createHash('sha256').update(seed).digest().readInt32BE())
  const whole = (from: number, to: number) => uniformInt(generator, from, to)
  const share = () => whole(0, FINE - 1) / FINE
  return {
    whole,
    chance: (limit) => share() < limit,
    one: (of) => of[whole(0, of.length - 1)] as (typeof of)[number],
    weighted(of) {
      let left = share() * of.reduce((sum, { weight }) => sum + weight, 0)
      return of.find(({ weight }) => (left -= weight) < 0) ?? (of.at(-1) as (typeof of)[number])
    },
    pause: (mean) => -mean * Math.log(1 - share()),
    named: (name) => dice(`${seed} ${name}`),
  }
}
