/** How an attempt ended, and what that means for the job: the single funnel from outcome to move. */
import { failure, type Failure } from './failure.ts'
import type { Job } from './job.ts'
import { backOffSeconds, type RetryPolicy } from './retry.ts'

export type Outcome =
  | { readonly kind: 'completed'; /** JSON text. */ readonly result: string }
  | { readonly kind: 'failed'; readonly failure: Failure }
  /** Cut off by a shutdown. */
  | { readonly kind: 'interrupted' }
  /** The worker died. */
  | { readonly kind: 'crashed' }
  /** Ended because it was asked to. */
  | { readonly kind: 'canceled' }

export type Settlement =
  | { readonly move: 'complete'; readonly result: string }
  | { readonly move: 'fail'; readonly failure: Failure }
  | { readonly move: 'retry'; readonly delaySeconds: number }
  | { readonly move: 'release'; readonly crashed: boolean }
  | { readonly move: 'cancel' }

// A job that took three workers with it will take a fourth; the others' work matters more.
export const MAX_CRASHES = 3

type Situation = Pick<Job, 'attempt' | 'maxAttempts' | 'crashes' | 'cancelRequestedAt'>

/** A task that finishes in spite of a cancel has finished; short of that, a cancel asked for wins over any retry. */
export function settlementOf(
  job: Situation,
  outcome: Outcome,
  policy: RetryPolicy,
  random: () => number = Math.random,
): Settlement {
  if (outcome.kind === 'completed') return { move: 'complete', result: outcome.result }
  if (outcome.kind === 'canceled' || job.cancelRequestedAt) return { move: 'cancel' }
  if (outcome.kind === 'interrupted') return { move: 'release', crashed: false }
  if (outcome.kind === 'crashed') {
    if (job.crashes + 1 < MAX_CRASHES) return { move: 'release', crashed: true }
    const detail = `${MAX_CRASHES} workers died while running this job, so it is not tried again`
    return { move: 'fail', failure: failure('crashed', detail, false) }
  }
  if (!outcome.failure.retryable || job.attempt >= job.maxAttempts)
    return { move: 'fail', failure: outcome.failure }
  return { move: 'retry', delaySeconds: backOffSeconds(policy, failuresOf(job, policy), random) }
}

/** Failed attempts of the present allowance: crashes and shutdowns raised maxAttempts and so do not count. */
function failuresOf(job: Situation, policy: RetryPolicy): number {
  const left = job.maxAttempts - job.attempt
  // Nor can there be more of them than attempts: the policy may have grown since the job was accepted.
  return Math.max(1, Math.min(job.attempt, policy.limit + 1 - left))
}
