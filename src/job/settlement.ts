/** How an attempt ended, and what that means for the job: the single funnel from outcome to move. */
import { failure, type Failure } from './failure.ts'
import type { Job } from './job.ts'
import { backOffSeconds, type RetryPolicy } from './retry.ts'

export type Outcome =
  | {
      readonly kind: 'completed'
      /** JSON text. */ readonly result: string
      /** Of a file. */ readonly mediaType?: string
    }
  | {
      readonly kind: 'failed'
      readonly failure: Failure
      /** When the next attempt is wanted, where somebody said so. */ readonly retryAfterSeconds?: number
      /** It has waited for so long that there is to be no further attempt. */ readonly givenUp?: boolean
    }
  /** It waits for somebody else, and goes on later. */
  | { readonly kind: 'paused'; readonly seconds: number; /** JSON text. */ readonly state: string }
  /** Cut off by a shutdown. */
  | { readonly kind: 'interrupted' }
  /** The worker died; of another job, as far as can be told, where this one was a bystander. */
  | { readonly kind: 'crashed'; readonly bystander?: boolean }
  /** Ended because it was asked to. */
  | { readonly kind: 'canceled' }

/** A pause ends no attempt. */
export type SettledOutcome = Exclude<Outcome['kind'], 'paused'>

/** Why an attempt was the last, or is not. */
export const REASONS = {
  completed: 'The task returned its result',
  canceled: 'Somebody canceled the job',
  'final-error': 'The error says that no further attempt can mend it',
  'given-up': 'The job had waited for a day for a host that was not well',
  'attempts-used-up': 'It was the last attempt the job had',
  'crashed-too-often': 'Too many workers died while running it',
  'back-off': 'The task failed; it is tried again after a pause',
  waiting: 'The task waits for somebody else; the attempt goes on later',
  'handed-back': 'The worker was stopped; the job goes on elsewhere and no attempt is used up',
  'worker-died': 'The worker died; the job goes on elsewhere and no attempt is used up',
  bystander: 'The worker died of another job that it ran beside this one; no attempt is used up',
} as const

export type Reason = keyof typeof REASONS

export type Settlement =
  | {
      readonly move: 'complete'
      readonly reason: Reason
      readonly result: string
      readonly mediaType?: string
    }
  | { readonly move: 'fail'; readonly reason: Reason; readonly failure: Failure }
  | { readonly move: 'retry'; readonly reason: Reason; readonly delaySeconds: number }
  | { readonly move: 'pause'; readonly reason: Reason; readonly delaySeconds: number; readonly state: string }
  | { readonly move: 'release'; readonly reason: Reason; readonly crashed: boolean }
  | { readonly move: 'cancel'; readonly reason: Reason }

// A job that took three workers with it will take a fourth; the others' work matters more.
export const MAX_CRASHES = 3
/**
 * From as many on a job is a suspect: a worker runs one at a time, and if it dies once more the suspect explains that, so
 * that who ran beside it goes free. Not from the first on: after a death nobody knows of which job it was, and all that ran
 * are to run again at once, not one by one.
 */
export const SUSPECT_CRASHES = MAX_CRASHES - 1

type Situation = Pick<Job, 'attempt' | 'maxAttempts' | 'crashes' | 'cancelRequestedAt'>

/** A task that finishes in spite of a cancel has finished; short of that, a cancel asked for wins over any retry. */
export function settlementOf(
  job: Situation,
  outcome: Outcome,
  policy: RetryPolicy,
  random: () => number = Math.random,
): Settlement {
  if (outcome.kind === 'completed') {
    const { kind: _, ...result } = outcome
    return { move: 'complete', reason: 'completed', ...result }
  }
  if (outcome.kind === 'paused') {
    const { seconds, state } = outcome
    // At once where it is to be canceled: the task may have to tell somebody.
    const delaySeconds = job.cancelRequestedAt ? 0 : seconds
    return { move: 'pause', reason: 'waiting', delaySeconds, state }
  }
  if (outcome.kind === 'canceled' || job.cancelRequestedAt) return { move: 'cancel', reason: 'canceled' }
  if (outcome.kind === 'interrupted') return { move: 'release', reason: 'handed-back', crashed: false }
  if (outcome.kind === 'crashed') {
    if (outcome.bystander) return { move: 'release', reason: 'bystander', crashed: false }
    if (job.crashes + 1 < MAX_CRASHES) return { move: 'release', reason: 'worker-died', crashed: true }
    const detail = `${MAX_CRASHES} workers died while running this job, so it is not tried again`
    return { move: 'fail', reason: 'crashed-too-often', failure: failure('crashed', detail, false) }
  }
  const { failure: why } = outcome
  if (outcome.givenUp) return { move: 'fail', reason: 'given-up', failure: why }
  if (!why.retryable) return { move: 'fail', reason: 'final-error', failure: why }
  if (job.attempt >= job.maxAttempts) return { move: 'fail', reason: 'attempts-used-up', failure: why }
  const delaySeconds = outcome.retryAfterSeconds ?? backOffSeconds(policy, failuresOf(job, policy), random)
  return { move: 'retry', reason: 'back-off', delaySeconds }
}

/** Failed attempts of the present allowance: crashes and shutdowns raised maxAttempts and so do not count. */
function failuresOf(job: Situation, policy: RetryPolicy): number {
  const left = job.maxAttempts - job.attempt
  // Nor can there be more of them than attempts: the policy may have grown since the job was accepted.
  return Math.max(1, Math.min(job.attempt, policy.limit + 1 - left))
}
