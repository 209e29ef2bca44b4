import { describe, expect, it } from 'vitest'
import { failure } from '../../src/job/failure.ts'
import { MAX_CRASHES, settlementOf, type Outcome } from '../../src/job/settlement.ts'

const policy = { limit: 2, delaySeconds: 10, maxDelaySeconds: 3600 }
const transient = failure('task-failed', 'The mail server is busy', true)
const hopeless = failure('task-failed', 'There is no such account', false)

const completed: Outcome = { kind: 'completed', result: '{"words":6}' }
const failed: Outcome = { kind: 'failed', failure: transient }
const interrupted: Outcome = { kind: 'interrupted' }
const crashed: Outcome = { kind: 'crashed' }
const canceled: Outcome = { kind: 'canceled' }

/** The first of three attempts, never crashed, nobody asked for a cancel; where not said otherwise. */
function settled(
  outcome: Outcome,
  changes: Partial<Parameters<typeof settlementOf>[0]> = {},
  retry = policy,
) {
  return settlementOf({ attempt: 1, maxAttempts: 3, crashes: 0, ...changes }, outcome, retry, () => 1)
}

const cancelRequestedAt = new Date(0)
const last = { attempt: 3 }

describe('an attempt that ended', () => {
  it('completes the job with its result, also on the last attempt', () => {
    expect(settled(completed)).toEqual({ move: 'complete', reason: 'completed', result: '{"words":6}' })
    expect(settled(completed, last)).toEqual({ move: 'complete', reason: 'completed', result: '{"words":6}' })
  })

  it('completes the job in spite of a cancel that came too late to stop it', () => {
    expect(settled(completed, { cancelRequestedAt })).toMatchObject({ move: 'complete' })
  })

  it('is tried again after a failure while attempts are left', () => {
    expect(settled(failed)).toEqual({ move: 'retry', reason: 'back-off', delaySeconds: 10 })
    expect(settled(failed, { attempt: 2 })).toEqual({ move: 'retry', reason: 'back-off', delaySeconds: 20 })
    expect(settled(failed, last)).toEqual({ move: 'fail', reason: 'attempts-used-up', failure: transient })
  })

  it('fails at once where no further attempt could help', () => {
    expect(settled({ kind: 'failed', failure: hopeless })).toEqual({
      move: 'fail',
      reason: 'final-error',
      failure: hopeless,
    })
  })

  it('fails when the job is given up, whatever attempts are left; a cancel still wins', () => {
    const givenUp = { ...failed, givenUp: true } as const
    expect(settled(givenUp)).toMatchObject({ move: 'fail', reason: 'given-up', failure: { retryable: true } })
    expect(settled(givenUp, { cancelRequestedAt })).toEqual({ move: 'cancel', reason: 'canceled' })
  })

  it('fails at the first failure where the task wants no retries', () => {
    const once = { ...policy, limit: 0 }
    expect(settled(failed, { maxAttempts: 1 }, once)).toEqual({
      move: 'fail',
      reason: 'attempts-used-up',
      failure: transient,
    })
  })

  it.each([failed, interrupted, crashed, canceled, { kind: 'failed', failure: hopeless } as const])(
    'is canceled when a cancel was asked for and it was $kind',
    (outcome) => {
      for (const situation of [{}, last, { crashes: MAX_CRASHES - 1 }]) {
        expect(settled(outcome, { ...situation, cancelRequestedAt })).toEqual({
          move: 'cancel',
          reason: 'canceled',
        })
      }
    },
  )

  it('is canceled when the task says that it stopped for that', () => {
    expect(settled(canceled)).toEqual({ move: 'cancel', reason: 'canceled' })
  })
})

describe('an attempt cut off through no fault of the task', () => {
  it('uses none up: a shutdown or a crash during the last attempt hands the job back', () => {
    expect(settled(interrupted, last)).toEqual({ move: 'release', reason: 'handed-back', crashed: false })
    expect(settled(crashed, last)).toEqual({ move: 'release', reason: 'worker-died', crashed: true })
  })

  it('may be a shutdown any number of times', () => {
    const situation = { attempt: 1000, maxAttempts: 1002, crashes: MAX_CRASHES - 1 }
    expect(settled(interrupted, situation)).toEqual({
      move: 'release',
      reason: 'handed-back',
      crashed: false,
    })
  })

  it('takes at most three workers with it, then the job has failed for good', () => {
    expect(settled(crashed, { crashes: MAX_CRASHES - 2 })).toEqual({
      move: 'release',
      reason: 'worker-died',
      crashed: true,
    })
    const end = settled(crashed, { crashes: MAX_CRASHES - 1 })
    expect(end).toMatchObject({
      move: 'fail',
      reason: 'crashed-too-often',
      failure: { code: 'crashed', retryable: false },
    })
    expect(end).toHaveProperty('failure.detail', expect.stringContaining('3 workers died'))
  })
})

describe('an attempt at a job that ran beside the one a worker died of', () => {
  it('hands the job back and blames it for nothing', () => {
    const bystander = { kind: 'crashed', bystander: true } as const
    expect(settled(bystander, last)).toEqual({ move: 'release', reason: 'bystander', crashed: false })
    expect(settled(bystander, { cancelRequestedAt })).toEqual({ move: 'cancel', reason: 'canceled' })
  })
})

describe('the wait before the next attempt', () => {
  it('counts failures only: crashes and shutdowns before, which raised maxAttempts, do not lengthen it', () => {
    const wait = (attempt: number, maxAttempts: number) => settled(failed, { attempt, maxAttempts })
    // Two crashes, then the first failure; then a shutdown, then the second.
    expect(wait(3, 5)).toEqual({ move: 'retry', reason: 'back-off', delaySeconds: 10 })
    expect(wait(5, 6)).toEqual({ move: 'retry', reason: 'back-off', delaySeconds: 20 })
    expect(wait(6, 6)).toMatchObject({ move: 'fail' })
  })

  it('is a first wait where the policy has shrunk since the job was accepted', () => {
    expect(settled(failed, { attempt: 1, maxAttempts: 11 })).toEqual({
      move: 'retry',
      reason: 'back-off',
      delaySeconds: 10,
    })
  })

  it('is a first wait where the policy has grown since: the job cannot have failed more often than it was tried', () => {
    const generous = { ...policy, limit: 20 }
    expect(settled(failed, {}, generous)).toEqual({ move: 'retry', reason: 'back-off', delaySeconds: 10 })
  })
})
