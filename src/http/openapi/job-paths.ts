/** The operations on one job, and the list of jobs. */
import { z } from 'zod'
import type { ZodOpenApiOperationObject, ZodOpenApiPathsObject } from 'zod-openapi'
import { attemptsSchema } from '../attempts.ts'
import { deliveriesSchema } from '../deliveries.ts'
import { EVENT_STREAM } from '../events.ts'
import { listQuery } from '../job-list.ts'
import { jobSchema } from '../representation.ts'
import { ifMatch, ifNoneMatch, lastEventId, preferOnPoll } from './parameters.ts'
import { answer, headers, unchanged, usualProblems } from './responses.ts'
import { links } from './submissions.ts'

const jobId = z
  .string()
  .meta({ description: 'The id of the job', example: '0190163d-8694-739b-aea5-966c26f8ad91' })
const ofJob = { path: z.object({ id: jobId }) }

const aboutOneJob = ['job-not-found', 'job-expired', 'invalid-parameter'] as const

export function jobPaths(result: z.ZodType): ZodOpenApiPathsObject {
  return {
    '/jobs/{id}': {
      get: {
        operationId: 'getJob',
        tags: ['jobs'],
        summary: 'Ask how a job is doing',
        requestParams: ofJob,
        parameters: [ifNoneMatch, preferOnPoll],
        responses: {
          200: answer(
            'The job, whatever its status: a failed job is not a failed request',
            jobSchema,
            headers.job,
          ),
          304: unchanged(headers.jobUnchanged),
          ...usualProblems(...aboutOneJob, 'precondition-failed'),
        },
      },
      delete: {
        operationId: 'deleteJob',
        tags: ['jobs'],
        summary: 'Delete a job that has ended, with its result and its key',
        requestParams: ofJob,
        parameters: [ifMatch],
        responses: {
          204: { description: 'It is gone', headers: { ...headers.everywhere } },
          ...usualProblems(...aboutOneJob, 'job-not-terminal', 'precondition-failed'),
        },
      },
    },
    '/jobs/{id}/result': {
      get: {
        operationId: 'getResult',
        tags: ['jobs'],
        summary: 'Fetch the result of a completed job',
        requestParams: ofJob,
        parameters: [ifNoneMatch],
        responses: {
          200: {
            description: 'The result, as the task returned it',
            headers: { ...headers.result },
            content: {
              'application/json': { schema: result },
              // A result that is a file.
              '*/*': { schema: { type: 'string', format: 'binary' } },
            },
          },
          304: unchanged(headers.resultUnchanged),
          ...usualProblems(...aboutOneJob, 'result-not-ready', 'result-not-available', 'precondition-failed'),
        },
      },
    },
    '/jobs/{id}/events': {
      get: {
        operationId: 'watchJob',
        tags: ['jobs'],
        summary: 'Watch a job: an event with its document at each change, until it is done',
        requestParams: ofJob,
        parameters: [lastEventId],
        responses: {
          200: {
            description:
              'Server-Sent Events of type `job`; `id` rises with each, `data` is the document that getJob answers. ' +
              'Changes in quick succession may come as one; the last always comes.',
            headers: { ...headers.events },
            content: { [EVENT_STREAM]: { schema: { type: 'string' } } },
          },
          204: {
            description: 'The job is done and Last-Event-ID has seen it: do not connect again',
            headers: { ...headers.everywhere },
          },
          ...usualProblems(...aboutOneJob),
        },
      },
    },
    '/jobs/{id}/attempts': {
      get: {
        operationId: 'listAttempts',
        tags: ['jobs'],
        summary: 'List the attempts at a job',
        requestParams: ofJob,
        responses: {
          200: answer('What was tried, and why there was another or none', attemptsSchema),
          ...usualProblems(...aboutOneJob),
        },
      },
    },
    '/jobs/{id}/deliveries': {
      get: {
        operationId: 'listDeliveries',
        tags: ['jobs'],
        summary: 'List who was told of the end of a job',
        requestParams: ofJob,
        responses: {
          200: answer('Each delivery of its callback', deliveriesSchema),
          ...usualProblems(...aboutOneJob),
        },
      },
    },
    '/jobs/{id}/deliveries/{delivery}/redeliver': {
      post: {
        operationId: 'redeliver',
        tags: ['jobs'],
        summary: 'Tell a receiver once more, under the same message id',
        requestParams: { path: z.object({ id: jobId, delivery: jobId }) },
        responses: {
          202: {
            ...answer('It is sent again, by the job that is answered', jobSchema, headers.accepted),
            links,
          },
          ...usualProblems(...aboutOneJob, 'job-not-terminal'),
        },
      },
    },
    '/jobs/{id}/cancel': {
      post: {
        operationId: 'cancelJob',
        tags: ['jobs'],
        summary: 'Cancel a job that has not ended',
        requestParams: ofJob,
        parameters: [ifMatch],
        responses: {
          200: answer(
            'The job is canceled: it had not started, or it was canceled before',
            jobSchema,
            headers.canceled,
          ),
          202: answer(
            'The running task is being told; the job ends canceled or completed',
            jobSchema,
            headers.accepted,
          ),
          ...usualProblems(...aboutOneJob, 'job-already-terminal', 'precondition-failed'),
        },
      },
    },
    '/jobs/{id}/retry': {
      post: {
        operationId: 'retryJob',
        tags: ['jobs'],
        summary: 'Run a failed or canceled job again, as the same job',
        requestParams: ofJob,
        parameters: [ifMatch],
        responses: {
          202: { ...answer('It is pending again', jobSchema, headers.accepted), links },
          ...usualProblems(...aboutOneJob, 'job-already-terminal', 'job-not-terminal', 'precondition-failed'),
        },
      },
    },
  }
}

const page = z.object({
  items: z.array(jobSchema),
  next: z
    .string()
    .meta({ format: 'uri-reference', description: 'The next page, of older jobs; absent on the last' })
    .optional(),
  prev: z
    .string()
    .meta({ format: 'uri-reference', description: 'The page before, of newer jobs; absent on the first' })
    .optional(),
})

export const listOperation: ZodOpenApiOperationObject = {
  operationId: 'listJobs',
  tags: ['jobs'],
  summary: 'List your jobs, newest first',
  requestParams: { query: listQuery },
  responses: { 200: answer('A page of jobs', page, headers.list), ...usualProblems('invalid-parameter') },
}
