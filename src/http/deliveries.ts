/** Who was told of the end of a job: each delivery of its callback, and once more on request. */
import type { Request, Response } from 'express'
import { z } from 'zod'
import { findOwnJob } from '../commands/own-job.ts'
import { redeliver } from '../commands/redeliver.ts'
import { EVENTS } from '../job/callback.ts'
import { isTerminal, STATUSES } from '../job/status.ts'
import { findDeliveries, type Delivery } from '../store/callbacks.ts'
import { sendAccepted } from './accepted.ts'
import type { HttpContext } from './context.ts'
import { wantedBy } from './job.ts'
import { urlsOf } from './place.ts'
import { errorOf, jobError, link, time } from './representation.ts'
import { sendJson } from './send.ts'
import { stopping } from '../commands/stopping.ts'
import type { Urls } from './urls.ts'

// A job that is run again and again, and told of each time.
const MAX_LISTED = 100

export const deliverySchema = z
  .object({
    id: z.uuid().meta({ description: 'Of the job that delivers' }),
    messageId: z.string().meta({ description: 'The `webhook-id` that the receiver sees, at each attempt' }),
    event: z.enum(EVENTS),
    url: link,
    occurredAt: time,
    status: z.enum(STATUSES).meta({
      description: '`completed`: the receiver has taken it. `pending`: it is tried, or tried again',
    }),
    attempt: z.int().min(0),
    maxAttempts: z.int().min(1),
    nextAttemptAt: time.optional(),
    deliveredAt: time.optional(),
    error: jobError.optional(),
    links: z.object({
      self: link.meta({ description: 'The job that delivers' }),
      attempts: link.meta({ description: 'When it was sent, and what was answered' }),
      redeliver: link.meta({ description: 'POST here to have it sent once more' }).optional(),
    }),
  })
  .meta({ id: 'Delivery', description: 'A receiver is told of the end of a job' })

export const deliveriesSchema = z.object({
  items: z.array(deliverySchema).meta({ description: `Newest first; the last ${MAX_LISTED}` }),
})

export function deliveryHandlers(context: HttpContext) {
  const { deps, catalogue } = context
  return { list, again }

  async function list(req: Request, res: Response): Promise<void> {
    const { id } = await findOwnJob(deps, wantedBy(context, req, res))
    const found = await findDeliveries(deps.db, id, MAX_LISTED)
    res.set('Cache-Control', 'private, no-cache')
    sendJson(res, 200, { items: found.map((delivery) => deliveryDocument(delivery, id, urlsOf(res))) })
  }

  async function again(req: Request, res: Response): Promise<void> {
    if (context.refusing.aborted) throw stopping()
    const { principal, id } = wantedBy(context, req, res)
    const delivery = String(req.params['delivery'])
    sendAccepted(context, res, await redeliver(deps, catalogue, { principal, id, delivery }))
  }
}

function deliveryDocument(delivery: Delivery, jobId: string, urls: Urls): z.infer<typeof deliverySchema> {
  const { id, messageId, event, url, occurredAt, status, attempt, maxAttempts, runAt } = delivery
  const { finishedAt, failure } = delivery
  return {
    id,
    messageId,
    event: event as (typeof EVENTS)[number],
    url,
    occurredAt: occurredAt.toISOString(),
    status,
    attempt,
    maxAttempts,
    ...(status === 'pending' ? { nextAttemptAt: runAt.toISOString() } : {}),
    ...(status === 'completed' && finishedAt ? { deliveredAt: finishedAt.toISOString() } : {}),
    ...(failure ? { error: errorOf(failure, urls) } : {}),
    links: {
      self: urls.job(id),
      attempts: urls.attempts(id),
      ...(isTerminal(status) ? { redeliver: urls.redeliver(jobId, id) } : {}),
    },
  }
}
