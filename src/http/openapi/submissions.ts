/** What the two doors for submissions have in common. */
import { z } from 'zod'
import { jobSchema, minimalJobSchema } from '../representation.ts'
import { answer, headers, usualProblems } from './responses.ts'

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
export const links = {
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
