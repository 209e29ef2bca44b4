/** What stands before the API in the tests of a file, and makes trouble when a test says so. */
import { afterAll, beforeAll } from 'vitest'
import { startTrouble, type Seen, type Trouble, type Turn } from '../../support/trouble.ts'

export type { Turn } from '../../support/trouble.ts'

export interface Front {
  readonly url: string
  readonly seen: Seen[]
  /** What becomes of the next requests; then they pass. */
  next(...turns: readonly Turn[]): void
  /** What becomes of requests that `next` says nothing of. */
  each(turn: (request: Seen) => Turn | undefined): void
  /** Everything passes, and nothing was seen. */
  reset(): void
}

/** Call at the top of a describe or a file. */
export function useFront(target: () => string): Front {
  const seen: Seen[] = []
  const turns: Turn[] = []
  let rule: ((request: Seen) => Turn | undefined) | undefined
  const held: { trouble?: Trouble } = {}
  beforeAll(async () => {
    held.trouble = await startTrouble(target, (request) => {
      seen.push(request)
      return turns.shift() ?? rule?.(request) ?? 'pass'
    })
  })
  afterAll(() => held.trouble?.close())
  return {
    get url() {
      return held.trouble?.url ?? ''
    },
    seen,
    next(...given) {
      turns.push(...given)
    },
    each(turn) {
      rule = turn
    },
    reset() {
      seen.length = 0
      turns.length = 0
      rule = undefined
    },
  }
}
