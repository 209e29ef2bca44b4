/** The Express app: what every request passes through, in order. */
import express, { type Express } from 'express'
import type { Logger } from 'pino'
import { stopping } from '../commands/stopping.ts'
import type { HttpContext } from './context.ts'
import { docsRouter } from './docs.ts'
import { endpointsRouter } from './endpoints.ts'
import { healthRouter } from './health.ts'
import { HttpError } from './http-error.ts'
import { ANSWER_MS } from './in-time.ts'
import { jobsRouter } from './jobs.ts'
import type { Place } from './place.ts'
import { problemHandler } from './problem.ts'
import { problemPagesRouter } from './problem-pages.ts'
import { requestLog } from './request-log.ts'
import { tasksRouter } from './tasks.ts'

const COMMON = [
  ['Cache-Control', 'no-store'],
  // For answers that are data: nothing in them is to be sniffed, run or framed by a browser. The pages have their own.
  ['X-Content-Type-Options', 'nosniff'],
  ['Content-Security-Policy', "default-src 'none'; frame-ancestors 'none'"],
] as const

const METHODS = 'OPTIONS, GET, HEAD, POST, DELETE'

export interface AppOptions {
  readonly context: HttpContext
  readonly log: Logger
  readonly publicUrl?: string
  readonly place: Place
  /** Within which a request is answered that the database leaves waiting. */
  readonly answerMs: number
  /** Aborted from the moment the process was asked to stop. */
  readonly draining: AbortSignal
  /** Aborted when there is nothing left to answer with, of an app whose server is not ours to close. */
  readonly gone: AbortSignal
}

export function createApp({ context, log, publicUrl, place, answerMs, draining, gone }: AppOptions): Express {
  const { deps, catalogue } = context
  const app = express()
  // Express would put a weak ETag on everything, the 202 included (RFC 9110 §8.8 gives it another meaning there).
  app.disable('etag')
  app.disable('x-powered-by')
  app.set('query parser', 'simple')
  app.set(ANSWER_MS, answerMs)

  app.use(requestLog(log))
  app.use((req, res, next) => {
    place.note(req, res)
    // As node:http has it, here and wherever every answer passes: Express's own looks at each for a charset to add.
    for (const [name, value] of COMMON) res.setHeader(name, value)
    // Lets a load balancer's connections go, so that the server can close (node:http keeps them otherwise).
    if (draining.aborted) res.set('Connection', 'close')
    if (gone.aborted) throw stopping()
    if (req.httpVersion === '1.1' && req.headers.host === undefined) {
      throw new HttpError('malformed-request', 'HTTP/1.1 requests must name the Host')
    }
    next()
  })
  // Each asks all its routes in turn whether a request is theirs; those that are asked for most come first.
  app.use(tasksRouter(context))
  app.use(jobsRouter(context))
  app.use(endpointsRouter(context))
  app.use(healthRouter({ db: deps.db, draining }))
  app.use(docsRouter(catalogue, publicUrl))
  app.use(problemPagesRouter())
  app.use((req, res) => {
    // Of the server as a whole (RFC 9110 §9.3.7).
    if (req.method === 'OPTIONS' && req.originalUrl === '*')
      return res.set('Allow', METHODS).status(204).end()
    throw new HttpError(
      'route-not-found',
      `There is nothing at ${req.baseUrl}${req.path}; see ${req.baseUrl}/docs`,
    )
  })
  app.use(problemHandler)
  return app
}
