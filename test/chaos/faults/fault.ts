/** What a fault is, to the nemesis. */
import type { Dice } from '../dice.ts'
import type { FaultKind } from '../history.ts'
import type { Part, System } from '../system.ts'

export interface FaultMaker {
  readonly kind: FaultKind
  /** How often, compared with the others. */
  readonly weight: number
  /** What it befalls: one process, or the database and so everybody. */
  readonly befalls: 'process' | 'database'
  /** Of those, which; all where it is not said. */
  readonly roles?: readonly string[]
  /** Does it, and resolves when it is over. Answers what it was, for the record; undefined where it did not come to it. */
  make(system: System, part: Part, dice: Dice): Promise<string | undefined>
}

// A worker that comes back in this time finds that others have just begun with what it ran.
export const AROUND_A_LEASE_MS = [3000, 6500] as const
