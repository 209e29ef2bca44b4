/** The operations on jobs, and what is the same whatever the tasks are. */
import { z } from 'zod'
import type { ZodOpenApiParameterObject, ZodOpenApiPathsObject } from 'zod-openapi'
import { healthSchema } from '../health.ts'
import { listQuery } from '../jobs.ts'
import { jobSchema } from '../representation.ts'
import { taskSchema } from '../tasks.ts'
import { answer, headers, problems, usualProblems } from './responses.ts'

const jobId = z
  .string()
  .meta({ description: 'The id of the job', example: '0190163d-8694-739b-aea5-966c26f8ad91' })
const ofJob = { path: z.object({ id: jobId }) }

export const idempotencyKeyParameter: ZodOpenApiParameterObject = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  description:
    'Names this submission, so that sending it again cannot do the work twice: 1 to 255 characters, quoted (a structured ' +
    'string) or bare. Yours alone, and good for as long as the job is kept. The same key with the same meaning answers ' +
    'the same job with `Idempotent-Replayed: true`; with another meaning it is refused (422 `idempotency-key-reused`), ' +
    'and malformed too (400 `idempotency-key-invalid`). A refused request binds no key.',
  schema: { type: 'string', minLength: 1 },
  // No example: Swagger UI would send it with every try, and each would be a replay of the first.
}

export const submitProblems = usualProblems(
  'malformed-body',
  'invalid-parameter',
  'idempotency-key-invalid',
  'idempotency-in-progress',
  'content-too-large',
  'unsupported-media-type',
  'validation-error',
  'idempotency-key-reused',
)

export const accepted = answer(
  'Accepted: the job is stored and will run. Follow `Location`, not sooner than `Retry-After` says.',
  jobSchema,
  headers.submitted,
)

/** Where to go from a 202. */
export const jobLink = {
  job: {
    operationId: 'getJob',
    parameters: { id: '$response.body#/id' },
    description: 'The `id` in the 202 is the `id` of the job.',
  },
}

export function jobPaths(result: z.ZodType): ZodOpenApiPathsObject {
  return {
    '/jobs/{id}': {
      get: {
        operationId: 'getJob',
        tags: ['jobs'],
        summary: 'Ask how a job is doing',
        requestParams: ofJob,
        responses: {
          200: answer(
            'The job, whatever its status: a failed job is not a failed request',
            jobSchema,
            headers.job,
          ),
          ...usualProblems('job-not-found', 'invalid-parameter'),
        },
      },
    },
    '/jobs/{id}/result': {
      get: {
        operationId: 'getResult',
        tags: ['jobs'],
        summary: 'Fetch the result of a completed job',
        requestParams: ofJob,
        responses: {
          200: answer('The result, as the task returned it', result),
          ...usualProblems('job-not-found', 'result-not-ready', 'result-not-available', 'invalid-parameter'),
        },
      },
    },
    '/jobs/{id}/cancel': {
      post: {
        operationId: 'cancelJob',
        tags: ['jobs'],
        summary: 'Cancel a job that has not ended',
        requestParams: ofJob,
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
          ...usualProblems('job-not-found', 'job-already-terminal', 'invalid-parameter'),
        },
      },
    },
  }
}

const page = z.object({
  items: z.array(jobSchema),
  next: z
    .string()
    .meta({ format: 'uri-reference', description: 'The next page; absent on the last' })
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
