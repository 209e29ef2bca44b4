/** The routes of jobs. */
import type { Router } from 'express'
import { attemptsHandler } from './attempts.ts'
import { deliveryHandlers } from './deliveries.ts'
import type { HttpContext } from './context.ts'
import { EVENT_STREAM, eventsHandler } from './events.ts'
import { jobHandlers } from './job.ts'
import { listHandler } from './job-list.ts'
import { jsonBody } from './json-body.ts'
import { manyJobsHandlers } from './many-jobs.ts'
import { resource, strictRouter } from './resource.ts'
import { resultHandler } from './result.ts'
import { submitToJobs } from './submit.ts'

export function jobsRouter(context: HttpContext): Router {
  const router = strictRouter()
  const before = [context.authenticate]
  const { read, cancel, retry, remove } = jobHandlers(context)
  const many = manyJobsHandlers(context)
  const submit = [...jsonBody, submitToJobs(context)] as const

  resource(router, '/jobs', { get: listHandler(context), post: submit }, { before })
  // Before those of one job, whose id is never a word like these.
  resource(router, '/jobs/retry', { post: [many.retry] }, { before })
  resource(router, '/jobs/delete', { post: [many.remove] }, { before })
  resource(router, '/jobs/:id', { get: read, delete: remove }, { before })
  resource(router, '/jobs/:id/cancel', { post: [cancel] }, { before })
  resource(router, '/jobs/:id/retry', { post: [retry] }, { before })
  resource(router, '/jobs/:id/attempts', { get: attemptsHandler(context) }, { before })
  const mediaTypes = [EVENT_STREAM, 'application/problem+json']
  resource(router, '/jobs/:id/events', { get: eventsHandler(context) }, { before, mediaTypes })
  const deliveries = deliveryHandlers(context)
  resource(router, '/jobs/:id/deliveries', { get: deliveries.list }, { before })
  resource(router, '/jobs/:id/deliveries/:delivery/redeliver', { post: [deliveries.again] }, { before })
  // What it can be had as depends on the result.
  resource(router, '/jobs/:id/result', { get: resultHandler(context) }, { before, mediaTypes: [] })
  return router
}
