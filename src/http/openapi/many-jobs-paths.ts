/** The operations on all jobs that a query names. */
import { z } from 'zod'
import type { ZodOpenApiPathsObject } from 'zod-openapi'
import { deleteQuery, MOST_COUNTED, retryQuery } from '../many-jobs.ts'
import { answer, usualProblems } from './responses.ts'

const count = z.int().min(0)

const counted = z
  .object({
    dryRun: z.literal(true),
    matched: count.max(MOST_COUNTED).meta({ description: 'How many jobs the query names just now' }),
    more: z.boolean().meta({ description: `There are more than ${MOST_COUNTED}, and they were not counted` }),
  })
  .meta({ description: 'With `dryRun=true`: nothing was done' })

const matched = count.meta({ description: 'How many jobs the query named, and nobody else held' })
const goingOn = {
  more: z.boolean().meta({ description: 'There may be more: the limit was reached, or the time was over' }),
  next: z
    .string()
    .meta({ format: 'uri-reference', description: 'Where to POST to go on; absent where there are no more' })
    .optional(),
}
const retried = z.object({
  matched,
  retried: count.meta({ description: 'How many of them are pending again' }),
  ...goingOn,
})
const deleted = z.object({
  matched,
  deleted: count.meta({ description: 'How many of them are gone' }),
  ...goingOn,
})

const HOW =
  'Oldest first, in batches of which each happens as a whole or not at all; jobs that somebody else changes at that moment ' +
  'are left out. It takes as many as it can within the time of an answer, and up to `limit`; where `more` is true, POST to ' +
  '`next` until it is not. If a batch fails or takes too long after others have succeeded the answer says what is certain. ' +
  'Sending the same again is safe. The count of a dry run is that of one moment: jobs may end or go before the real one.'

export const manyJobsPaths: ZodOpenApiPathsObject = {
  '/jobs/retry': {
    post: {
      operationId: 'retryJobs',
      tags: ['jobs'],
      summary: 'Run your failed or canceled jobs again, those that the query names',
      description: HOW,
      requestParams: { query: retryQuery },
      responses: {
        200: answer('What was done', z.union([retried, counted])),
        ...usualProblems('invalid-parameter'),
      },
    },
  },
  '/jobs/delete': {
    post: {
      operationId: 'deleteJobs',
      tags: ['jobs'],
      summary: 'Delete your jobs that have ended, those that the query names, with results and keys',
      description: HOW,
      requestParams: { query: deleteQuery },
      responses: {
        200: answer('What was done', z.union([deleted, counted])),
        ...usualProblems('invalid-parameter'),
      },
    },
  },
}
