/** The job document: what the world sees of a job. */
import { z } from 'zod'
import { FAILURES } from '../job/failure.ts'
import { INLINE_RESULT_BYTES, type Job } from '../job/job.ts'
import { isTerminal, STATUSES } from '../job/status.ts'
import type { Urls } from './urls.ts'

export const time = z.iso.datetime().meta({ format: 'date-time' })
export const link = z.string().meta({ format: 'uri-reference' })

export const jobError = z
  .object({
    type: link,
    title: z.string(),
    detail: z.string(),
    code: z
      .string()
      .meta({ description: `Stable: ${Object.keys(FAILURES).join(', ')}, or one of the task's own` }),
    retryable: z.boolean().meta({ description: 'Whether running the job again may succeed' }),
  })
  .meta({ id: 'JobError', description: 'Why the job failed' })

// One that hangs together, for the docs: put together from the types alone it would be pending, done and failed at once.
const SELF = '/jobs/0190163d-8694-739b-aea5-966c26f8ad91'
const EXAMPLE = {
  id: '0190163d-8694-739b-aea5-966c26f8ad91',
  task: 'word-count',
  status: 'running',
  done: false,
  attempt: 1,
  maxAttempts: 3,
  progress: 40,
  priority: 0,
  tags: ['report'],
  createdAt: '2026-11-22T09:00:00.000Z',
  runAt: '2026-11-22T09:00:00.000Z',
  startedAt: '2026-11-22T09:00:00.012Z',
  updatedAt: '2026-11-22T09:00:01.500Z',
  links: {
    self: SELF,
    result: `${SELF}/result`,
    events: `${SELF}/events`,
    attempts: `${SELF}/attempts`,
    cancel: `${SELF}/cancel`,
  },
}

const links = z.object({
  self: link,
  result: link,
  events: link.meta({ description: 'Its changes as Server-Sent Events' }),
  attempts: link,
  deliveries: link.meta({ description: 'Who was told of its end; only if it has a callbackUrl' }).optional(),
  cancel: link.meta({ description: 'POST here to cancel; only while that can be done' }).optional(),
  retry: link
    .meta({ description: 'POST here to run it again; only if it failed or was canceled' })
    .optional(),
})

export const jobSchema = z
  .object({
    id: z.uuid(),
    task: z.string(),
    status: z.enum(STATUSES),
    done: z.boolean().meta({
      description: 'True when the status will not change any more, unless somebody has the job run again',
    }),
    attempt: z.int().min(0).meta({ description: 'Which try this is; 0 before the first' }),
    maxAttempts: z.int().min(1),
    progress: z.int().min(0).max(100).meta({ description: 'Percent, if the task reports it' }).optional(),
    progressNote: z.string().optional(),
    priority: z.int(),
    tags: z.array(z.string()),
    createdAt: time,
    runAt: time.meta({ description: 'Not before this; after a failed attempt, when the next one is due' }),
    nextAttemptAt: time
      .meta({ description: 'When the next attempt is due; only between a failed one and that' })
      .optional(),
    startedAt: time.meta({ description: 'When the latest attempt started' }).optional(),
    finishedAt: time.optional(),
    updatedAt: time,
    expiresAt: time
      .meta({ description: 'When the job is forgotten, with its result and its key; once it is done' })
      .optional(),
    callbackUrl: link.meta({ description: 'Where its end is told of' }).optional(),
    cancelRequestedAt: time.meta({ description: 'When somebody asked to cancel it' }).optional(),
    result: z
      .unknown()
      .meta({
        description: `When completed, JSON and no larger than ${INLINE_RESULT_BYTES} bytes; never in lists`,
      })
      .optional(),
    error: jobError.optional(),
    links,
  })
  .meta({ id: 'Job', example: EXAMPLE })

export type JobDocument = z.infer<typeof jobSchema>

/** What `Prefer: return=minimal` asks for. */
export const minimalJobSchema = jobSchema
  .pick({ id: true, status: true, links: true })
  .meta({ id: 'MinimalJob', description: 'Where to look; with `Prefer: return=minimal`' })

/** Holds nothing that changes by itself (no clock, no age, no place in the queue), so an idle job reads the same twice. */
export function jobDocument(job: Job, urls: Urls): JobDocument {
  const done = isTerminal(job.status)
  return {
    id: job.id,
    task: job.task,
    status: job.status,
    done,
    attempt: job.attempt,
    maxAttempts: job.maxAttempts,
    ...(job.progress === undefined ? {} : { progress: job.progress }),
    ...(job.progressNote === undefined ? {} : { progressNote: job.progressNote }),
    priority: job.priority,
    tags: [...job.tags],
    createdAt: job.createdAt.toISOString(),
    runAt: job.runAt.toISOString(),
    ...(isBackingOff(job) ? { nextAttemptAt: job.runAt.toISOString() } : {}),
    ...(job.startedAt ? { startedAt: job.startedAt.toISOString() } : {}),
    ...(job.finishedAt ? { finishedAt: job.finishedAt.toISOString() } : {}),
    updatedAt: job.updatedAt.toISOString(),
    ...(job.expiresAt ? { expiresAt: job.expiresAt.toISOString() } : {}),
    ...(job.cancelRequestedAt ? { cancelRequestedAt: job.cancelRequestedAt.toISOString() } : {}),
    ...(job.callbackUrl === undefined ? {} : { callbackUrl: job.callbackUrl }),
    ...(job.result === undefined ? {} : { result: job.result }),
    ...(job.failure ? { error: errorOf(job.failure, urls) } : {}),
    links: {
      self: urls.job(job.id),
      result: urls.result(job.id),
      events: urls.events(job.id),
      attempts: urls.attempts(job.id),
      ...(job.callbackUrl === undefined ? {} : { deliveries: urls.deliveries(job.id) }),
      ...(done || job.cancelRequestedAt ? {} : { cancel: urls.cancel(job.id) }),
      ...(done && job.status !== 'completed' ? { retry: urls.retry(job.id) } : {}),
    },
  }
}

/** A list is for finding jobs; their results are fetched one by one. */
export function listedJob(job: Job, urls: Urls): JobDocument {
  const { result: _, ...document } = jobDocument(job, urls)
  return document
}

export function minimalJob(job: Job, urls: Urls): z.infer<typeof minimalJobSchema> {
  const { id, status, links: where } = jobDocument(job, urls)
  return { id, status, links: where }
}

export function errorOf(failure: NonNullable<Job['failure']>, urls: Urls): z.infer<typeof jobError> {
  // A code of the task's own is a kind of task-failed.
  const code = Object.hasOwn(FAILURES, failure.code) ? failure.code : 'task-failed'
  return { type: urls.problem(code), ...failure }
}

// Compared with the time of the move, not with the clock: an attempt handed back has been due all along.
function isBackingOff({ status, attempt, runAt, updatedAt }: Job): boolean {
  return status === 'pending' && attempt > 0 && runAt > updatedAt
}
