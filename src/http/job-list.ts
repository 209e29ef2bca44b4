/** A caller's jobs, newest first. */
import type { Request, Response } from 'express'
import { z } from 'zod'
import { STATUSES } from '../job/status.ts'
import { listJobs } from '../store/list.ts'
import type { HttpContext } from './context.ts'
import { FILTERS, jobFilter } from './job-filter.ts'
import { urlsOf } from './place.ts'
import { principalOf } from './principal.ts'
import { queryOf } from './query.ts'
import { listedJob } from './representation.ts'
import { sendJson } from './send.ts'

export const listQuery = z.strictObject({
  status: z.enum(STATUSES).optional(),
  ...FILTERS,
  limit: z.coerce
    .number<string>()
    .pipe(z.int().min(1).max(100))
    .meta({ description: '20 unless given' })
    .optional(),
  cursor: z.string().meta({ description: 'From `next` or `prev` of another page' }).optional(),
})

export function listHandler({ deps, cursors }: HttpContext) {
  return async (req: Request, res: Response): Promise<void> => {
    const urls = urlsOf(res)
    const { limit = 20, cursor, ...filter } = queryOf(listQuery, req)
    const principal = principalOf(res)
    // A cursor is of this list alone: with another filter it would skip jobs.
    const scope = JSON.stringify([principal, filter])
    const wish = cursor === undefined ? undefined : cursors.open(cursor, scope)
    const page = await listJobs(deps.db, principal, jobFilter(filter), { limit, ...wish })

    const backward = wish?.backward ?? false
    // The page we come from is there; whether there is one on the other side, one row too many has told.
    const older = backward || page.more ? (page.last ?? wish?.from) : undefined
    const newer = wish && (!backward || page.more) ? (page.first ?? wish.from) : undefined
    const linkTo = (from: typeof older, back: boolean) =>
      from && urls.jobs(queryIn(req, cursors.seal({ from, backward: back }, scope)))
    const [next, prev] = [linkTo(older, false), linkTo(newer, true)]
    const links = [`<${urls.jobs(queryIn(req))}>; rel="self"`, relation(next, 'next'), relation(prev, 'prev')]
    res.set({ 'Cache-Control': 'private, no-cache', Link: links.filter(Boolean).join(', ') })
    sendJson(res, 200, {
      items: page.jobs.map((job) => listedJob(job, urls)),
      ...(next === undefined ? {} : { next }),
      ...(prev === undefined ? {} : { prev }),
    })
  }
}

/** The query as it came, at another place in the list where there is a cursor. */
function queryIn(req: Request, cursor?: string): URLSearchParams {
  const query = new URLSearchParams(req.query as Record<string, string>)
  if (cursor !== undefined) query.set('cursor', cursor)
  return query
}

function relation(target: string | undefined, rel: string): string {
  return target === undefined ? '' : `<${target}>; rel="${rel}"`
}
