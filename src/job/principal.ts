/** Names of callers: whose a job is. */
import { textProblem } from './json.ts'

/** Everybody, where nobody is asked who he is. */
export const ANONYMOUS = 'anonymous'

// With an idempotency key beside it, no more than an index takes.
const MAX_LENGTH = 255

/** What is wrong with the name, in words that follow it; undefined where it can be stored. */
export function principalFlaw(name: unknown): string | undefined {
  if (typeof name !== 'string') return 'must be a string'
  if (name.length === 0 || name.length > MAX_LENGTH) return `must have 1 to ${MAX_LENGTH} characters`
  return textProblem(name)
}
