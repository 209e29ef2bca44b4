/** A new job: what is stored of a submission, and the job it then is. */
import { newJobId, type Job } from './job.ts'
import type { Sealer } from './sealing.ts'
import type { Submission } from './submission.ts'

export interface NewJob {
  readonly id: string
  readonly principal: string
  readonly submission: Submission
  /** JSON text. */
  readonly input: string
  readonly idempotency?: Idempotency
  readonly retentionSeconds: number
  /** As the client sent it. */
  readonly traceparent?: string
}

/** What makes submitting twice the same as submitting once. */
export interface Idempotency {
  readonly key: string
  /** Of what was asked for with it (fingerprintOf): tells a replay from a reused key. */
  readonly fingerprint: string
}

export interface KeyedSubmission {
  readonly principal: string
  readonly submission: Submission
  readonly idempotency?: Idempotency
  readonly traceparent?: string
}

export interface NewJobOptions {
  /** Where the task does not say. */
  readonly retentionSeconds: number
  /** For tasks with secrets in their inputs. */
  readonly sealer?: Sealer | undefined
}

export function newJob(keyed: KeyedSubmission, { retentionSeconds, sealer }: NewJobOptions): NewJob {
  const { task, input } = keyed.submission
  const id = newJobId()
  return {
    ...keyed,
    id,
    input: JSON.stringify(task.sealsSecrets && sealer ? sealer.seal(input, id) : input),
    retentionSeconds: task.retentionSeconds ?? retentionSeconds,
  }
}

/** The job as it was stored. Said here and not read back: that would double the work of accepting one. */
export function pendingJob({ id, principal, submission, retentionSeconds }: NewJob, createdAt: Date): Job {
  const { runAt = createdAt } = submission
  return {
    id,
    principal,
    task: submission.task.name,
    queue: submission.task.queue,
    status: 'pending',
    revision: 1,
    tags: submission.tags,
    priority: submission.priority,
    attempt: 0,
    maxAttempts: submission.retry.limit + 1,
    crashes: 0,
    createdAt,
    updatedAt: createdAt,
    // A wish for a time gone by means now.
    runAt: runAt > createdAt ? runAt : createdAt,
    retentionSeconds,
    readAt: createdAt,
    ...(submission.target === undefined ? {} : { target: submission.target }),
    ...(submission.callback ? { callbackUrl: submission.callback.url } : {}),
  }
}
