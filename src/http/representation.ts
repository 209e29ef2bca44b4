/** The job document: what the world sees of a job. */
import { z } from 'zod'
import { FAILURES } from '../job/failure.ts'
import { INLINE_RESULT_BYTES, type Job } from '../job/job.ts'
import { isTerminal, STATUSES } from '../job/status.ts'
import type { Urls } from './urls.ts'

const time = z.iso.datetime().meta({ format: 'date-time' })
const link = z.string().meta({ format: 'uri-reference' })

const jobError = z
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
    self: '/jobs/0190163d-8694-739b-aea5-966c26f8ad91',
    result: '/jobs/0190163d-8694-739b-aea5-966c26f8ad91/result',
    cancel: '/jobs/0190163d-8694-739b-aea5-966c26f8ad91/cancel',
  },
}

export const jobSchema = z
  .object({
    id: z.uuid(),
    task: z.string(),
    status: z.enum(STATUSES),
    done: z.boolean().meta({ description: 'True when the status will not change any more' }),
    attempt: z.int().min(0).meta({ description: 'Which try this is; 0 before the first' }),
    maxAttempts: z.int().min(1),
    progress: z.int().min(0).max(100).meta({ description: 'Percent, if the task reports it' }).optional(),
    progressNote: z.string().optional(),
    priority: z.int(),
    tags: z.array(z.string()),
    createdAt: time,
    runAt: time.meta({ description: 'Not before this; after a failed attempt, when the next one is due' }),
    startedAt: time.optional(),
    finishedAt: time.optional(),
    updatedAt: time,
    cancelRequestedAt: time
      .meta({ description: 'Somebody asked to cancel it while it was running' })
      .optional(),
    result: z
      .unknown()
      .meta({ description: `When completed and no larger than ${INLINE_RESULT_BYTES} bytes; never in lists` })
      .optional(),
    error: jobError.optional(),
    links: z.object({
      self: link,
      result: link,
      cancel: link.meta({ description: 'Only while the job can be canceled' }).optional(),
    }),
  })
  .meta({ id: 'Job', example: EXAMPLE })

export type JobDocument = z.infer<typeof jobSchema>

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
    ...(job.startedAt ? { startedAt: job.startedAt.toISOString() } : {}),
    ...(job.finishedAt ? { finishedAt: job.finishedAt.toISOString() } : {}),
    updatedAt: job.updatedAt.toISOString(),
    ...(job.cancelRequestedAt ? { cancelRequestedAt: job.cancelRequestedAt.toISOString() } : {}),
    ...(job.result === undefined ? {} : { result: job.result }),
    ...(job.failure ? { error: { type: urls.problem(typeOf(job.failure.code)), ...job.failure } } : {}),
    links: {
      self: urls.job(job.id),
      result: urls.result(job.id),
      ...(done || job.cancelRequestedAt ? {} : { cancel: urls.cancel(job.id) }),
    },
  }
}

/** A list is for finding jobs; their results are fetched one by one. */
export function listedJob(job: Job, urls: Urls): JobDocument {
  const { result: _, ...document } = jobDocument(job, urls)
  return document
}

// A code of the task's own is a kind of task-failed.
function typeOf(code: string): string {
  return code in FAILURES ? code : 'task-failed'
}
