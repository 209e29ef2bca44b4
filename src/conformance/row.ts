/** A row of the contract: what is checked, how much it weighs, on whose word. */
import type { Feature, FixtureName, OperatorStep } from './profile.ts'
import type { Target } from './target.ts'

/** M: a MUST of a cited specification. S: a SHOULD, or a rule of a major guideline. C: a choice of this contract. */
export type Level = 'M' | 'S' | 'C'

export interface Row {
  /** Such as `SUB-01`. */
  readonly id: string
  readonly title: string
  readonly level: Level
  /** Sections of the specifications that ask for it. */
  readonly source: string
  readonly needs?: {
    readonly fixtures?: readonly FixtureName[]
    readonly feature?: Feature
    /** A second caller. */
    readonly twoCallers?: boolean
    readonly operator?: readonly OperatorStep[]
    /** A server that may call the public internet only. */
    readonly strict?: true
  }
  /**
   * `together` (unless said): beside all others. `crowd`: sends hundreds of requests, or very large ones; one after another,
   * once the others have begun. `alone`: while nobody else submits, for what counts jobs. `operator`: after those, as the
   * server may be disturbed. `last`: over what was seen in all of them.
   */
  readonly when?: 'together' | 'crowd' | 'alone' | 'operator' | 'last'
  /** Throws where the row does not hold. What it returns is said in the report. */
  check(target: Target): Promise<string | void> | string | void
}
