/** Retry and delete, of all jobs that a query names. */
import type { Request, Response } from 'express'
import { z } from 'zod'
import { deleteJobs } from '../commands/delete-jobs.ts'
import type { ManyDone, ManyWanted } from '../commands/in-batches.ts'
import { retryJobs } from '../commands/retry-jobs.ts'
import { isTerminal, MOVES, STATUSES } from '../job/status.ts'
import { countJobs, type JobFilter } from '../store/job-filter.ts'
import type { HttpContext } from './context.ts'
import { hasBody } from './given-body.ts'
import { HttpError } from './http-error.ts'
import { timeLeftMs } from './in-time.ts'
import { FILTERS, instant, jobFilter } from './job-filter.ts'
import { urlsOf } from './place.ts'
import { principalOf } from './principal.ts'
import { queryOf } from './query.ts'
import { sendJson } from './send.ts'
import { stopping } from '../commands/stopping.ts'

const DEFAULT_LIMIT = 1000
/** A dry run counts no further. */
export const MOST_COUNTED = 100_000

// Of the time there is. What is left is for the batch that takes longer than those before it.
const SHARE_OF_WORK = 0.75

const more = {
  ...FILTERS,
  endedBefore: instant.meta({ description: 'Ended before this time; `next` has it' }).optional(),
  limit: z.coerce
    .number<string>()
    .pipe(z.int().min(1).max(10_000))
    .meta({ description: `How many jobs at most; ${DEFAULT_LIMIT} unless given` })
    .optional(),
  dryRun: z
    .enum(['true', 'false'])
    .meta({ description: `With \`true\` nothing is done: the jobs are counted, up to ${MOST_COUNTED}` })
    .optional(),
}

export const retryQuery = z.strictObject({
  status: z.enum(MOVES.rerun.from).meta({ description: '`failed` unless given' }).optional(),
  ...more,
})
export const deleteQuery = z.strictObject({
  // Without a default: nobody is to delete everything by leaving something out.
  status: z.enum(STATUSES.filter(isTerminal)),
  ...more,
})

type Query = z.output<typeof retryQuery> | z.output<typeof deleteQuery>
type Verb = 'retry' | 'delete'

export function manyJobsHandlers({ deps, catalogue, refusing }: HttpContext) {
  return { retry, remove }

  async function retry(req: Request, res: Response): Promise<void> {
    const { status = 'failed', ...query } = asked(retryQuery, req)
    await answer(req, res, 'retry', { status, ...query }, async (wanted) => {
      if (refusing.aborted) throw stopping()
      const { matched, done, ...rest } = await retryJobs(deps, catalogue, wanted)
      return { said: { matched, retried: done }, ...rest }
    })
  }

  async function remove(req: Request, res: Response): Promise<void> {
    await answer(req, res, 'delete', asked(deleteQuery, req), async (wanted) => {
      const { matched, done, ...rest } = await deleteJobs(deps, wanted)
      return { said: { matched, deleted: done }, ...rest }
    })
  }

  async function answer(
    req: Request,
    res: Response,
    verb: Verb,
    { limit = DEFAULT_LIMIT, dryRun, ...given }: Query,
    act: (wanted: ManyWanted) => Promise<Said>,
  ): Promise<void> {
    const principal = principalOf(res)
    const filter = jobFilter(given)
    if (dryRun === 'true') return sendJson(res, 200, await count(principal, filter))
    const waitMs = timeLeftMs(res)
    const { said, endedBefore, ...done } = await act({
      principal,
      filter,
      limit,
      waitMs,
      workMs: SHARE_OF_WORK * waitMs,
    })
    const next = urlsOf(res).manyJobs(verb, goingOn(req, endedBefore))
    sendJson(res, 200, { ...said, more: done.more, ...(done.more ? { next } : {}) })
  }

  async function count(principal: string, filter: JobFilter): Promise<object> {
    const found = await countJobs(deps.db, principal, filter, { most: MOST_COUNTED + 1 })
    return { dryRun: true, matched: Math.min(found, MOST_COUNTED), more: found > MOST_COUNTED }
  }
}

interface Said extends Pick<ManyDone, 'more' | 'endedBefore'> {
  readonly said: object
}

/** The same again, but for what has ended since: a job that was retried and has failed at once is not retried for ever. */
function goingOn(req: Request, endedBefore: Date): URLSearchParams {
  const query = new URLSearchParams(req.query as Record<string, string>)
  query.set('endedBefore', endedBefore.toISOString())
  return query
}

function asked<S extends z.ZodType>(schema: S, req: Request): z.output<S> {
  const query = queryOf(schema, req)
  // Whoever puts filters there would have all jobs instead of some.
  if (hasBody(req))
    throw new HttpError('invalid-parameter', 'Filters go into the query; there must be no body')
  return query
}
