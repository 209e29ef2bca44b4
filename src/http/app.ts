/** The Express app: what every request passes through, in order. */
import express, { type Express } from 'express'
import type { Logger } from 'pino'
import type { Deps } from '../commands/deps.ts'
import type { Catalogue } from '../job/catalogue.ts'
import { docsRouter } from './docs.ts'
import { healthRouter } from './health.ts'
import { HttpError } from './http-error.ts'
import { jobsRouter } from './jobs.ts'
import { problemHandler } from './problem.ts'
import { requestLog } from './request-log.ts'
import { tasksRouter } from './tasks.ts'
import type { Urls } from './urls.ts'

// For answers that are data: nothing in them is to be sniffed, run or framed by a browser. The pages have their own.
const SAFE_JSON = {
  'X-Content-Type-Options': 'nosniff',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
}

export interface AppOptions {
  readonly deps: Deps
  readonly catalogue: Catalogue
  readonly log: Logger
  readonly urls: Urls
  readonly publicUrl?: string
  readonly isDraining: () => boolean
}

export function createApp({ deps, catalogue, log, urls, publicUrl, isDraining }: AppOptions): Express {
  const app = express()
  const doors = { deps, catalogue, urls }
  // Express would put a weak ETag on everything, the 202 included (RFC 9110 §8.8 gives it another meaning there).
  app.disable('etag')
  app.disable('x-powered-by')
  app.set('query parser', 'simple')

  app.use(requestLog(log))
  app.use((req, res, next) => {
    res.set({ 'Cache-Control': 'no-store', ...SAFE_JSON })
    // Lets a load balancer's connections go, so that the server can close (node:http keeps them otherwise).
    if (isDraining()) res.set('Connection', 'close')
    if (req.httpVersion === '1.1' && req.headers.host === undefined) {
      throw new HttpError('malformed-request', 'HTTP/1.1 requests must name the Host')
    }
    next()
  })
  app.use(healthRouter({ db: deps.db, isDraining }))
  app.use(jobsRouter(doors))
  app.use(tasksRouter(doors))
  app.use(docsRouter(catalogue, publicUrl))
  app.use((req) => {
    throw new HttpError('route-not-found', `There is nothing at ${req.path}; see /docs`)
  })
  app.use(problemHandler(urls))
  return app
}
