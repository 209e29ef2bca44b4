/** The operations on jobs, and what is the same whatever the tasks are. */
import { z } from 'zod'
import type { ZodOpenApiParameterObject, ZodOpenApiPathsObject } from 'zod-openapi'
import { healthSchema } from '../health.ts'
import { listQuery } from '../job-list.ts'
import { attemptsSchema } from '../attempts.ts'
import { EVENT_STREAM } from '../events.ts'
import { MAX_WAIT_SECONDS } from '../prefer.ts'
import { jobSchema, minimalJobSchema } from '../representation.ts'
import { taskSchema } from '../tasks.ts'
import { answer, headers, problems, unchanged, usualProblems } from './responses.ts'

const jobId = z
  .string()
  .meta({ description: 'The id of the job', example: '0190163d-8694-739b-aea5-966c26f8ad91' })
const ofJob = { path: z.object({ id: jobId }) }

export function idempotencyKeyParameter(required = false): ZodOpenApiParameterObject {
  return {
    name: 'Idempotency-Key',
    in: 'header',
    required,
    description:
      'Names this submission, so that sending it again cannot do the work twice: 1 to 255 characters, quoted (a structured ' +
      'string) or bare. Yours alone, and good for as long as the job is kept. The same key with the same meaning answers ' +
      'the same job with `Idempotent-Replayed: true`; with another meaning it is refused (422 `idempotency-key-reused`), ' +
      'and malformed too (400 `idempotency-key-invalid`). A refused request binds no key.',
    schema: { type: 'string', minLength: 1 },
    // No example: Swagger UI would send it with every try, and each would be a replay of the first.
  }
}

const ifNoneMatch = header('If-None-Match', 'The ETag you have, or several, or `*`: 304 if it is still so')
const ifMatch = header('If-Match', 'The ETag that the job must still have, or `*`: 412 if it has changed')
const lastEventId = header('Last-Event-ID', 'The id of the last event you saw: what came after it is sent')
export const preferOnSubmit = header(
  'Prefer',
  `\`wait=n\`: answer with 200 and the finished job if it ends within n seconds (at most ${MAX_WAIT_SECONDS}), else with the usual 202. ` +
    '`return=minimal`: only `id`, `status` and `links`. `respond-async`: what is done anyway.',
)
const preferOnPoll = header(
  'Prefer',
  `\`wait=n\`: wait up to n seconds (at most ${MAX_WAIT_SECONDS}) for the end of the job or, with If-None-Match, for any change.`,
)

export const submitProblems = usualProblems(
  'malformed-body',
  'invalid-parameter',
  'idempotency-key-required',
  'idempotency-key-invalid',
  'idempotency-in-progress',
  'content-too-large',
  'unsupported-media-type',
  'validation-error',
  'idempotency-key-reused',
)

/** Where to go from a 202. */
const links = {
  job: {
    operationId: 'getJob',
    parameters: { id: '$response.body#/id' },
    description: 'The `id` in the answer is the `id` of the job.',
  },
}

const jobOrMinimal = z.union([jobSchema, minimalJobSchema])

export const submitAnswers = {
  202: {
    ...answer(
      'Accepted: the job is stored and will run. Follow `Location`, not sooner than `Retry-After` says.',
      jobOrMinimal,
      headers.submitted,
    ),
    links,
  },
  200: {
    ...answer('With `Prefer: wait`: the job has ended in that time', jobOrMinimal, headers.ended),
    links,
  },
}

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
          ...usualProblems(...aboutOneJob),
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
          ...usualProblems(...aboutOneJob, 'result-not-ready', 'result-not-available'),
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

function header(name: string, description: string): ZodOpenApiParameterObject {
  return { name, in: 'header', required: false, description, schema: { type: 'string' } }
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

export const listOperation = {
  operationId: 'listJobs',
  tags: ['jobs'],
  summary: 'List your jobs, newest first',
  requestParams: { query: listQuery },
  responses: { 200: answer('A page of jobs', page, headers.list), ...usualProblems('invalid-parameter') },
}

export const taskListPath: ZodOpenApiPathsObject = {
  '/tasks': {
    get: {
      operationId: 'listTasks',
      tags: ['tasks'],
      summary: 'List the kinds of work',
      responses: {
        200: answer(
          'The tasks, with the JSON Schemas of their inputs and results',
          z.object({ items: z.array(taskSchema) }),
        ),
        ...usualProblems('invalid-parameter'),
      },
    },
  },
}

function probe(operationId: string, summary: string) {
  const health = (description: string) =>
    answer(description, healthSchema, headers.everywhere, 'application/health+json')
  const responses = { 200: health('Well, or with warnings'), 503: health('Not now'), ...problems() }
  return { get: { operationId, tags: ['operations'], summary, responses } }
}

export const healthPaths: ZodOpenApiPathsObject = {
  '/livez': probe('getLiveness', 'Does the process answer?'),
  '/readyz': probe('getReadiness', 'Can it take requests?'),
  '/health': probe('getHealth', 'How is it doing? Database, queue, workers'),
}
