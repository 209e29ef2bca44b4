/** A resource and the methods it has: HEAD with every GET, OPTIONS always, and 405 with Allow for the rest. */
import { Router, type RequestHandler } from 'express'
import { HttpError } from './http-error.ts'
import { inTime, type Handler } from './in-time.ts'

export interface Methods {
  readonly get?: Handler
  readonly post?: readonly [...before: RequestHandler[], handler: Handler]
  readonly delete?: Handler
}

export interface ResourceOptions {
  /** What it can be had as; anything is acceptable where it is empty. */
  readonly mediaTypes?: readonly string[]
  /** Passed through before anything else about the request is judged, but for its address and method. */
  readonly before?: readonly RequestHandler[]
}

/** One address for each thing: `/jobs/` and `/JOBS` are not `/jobs`. */
export function strictRouter(): Router {
  return Router({ caseSensitive: true, strict: true })
}

const JSON_TYPES = ['application/json', 'application/problem+json']

export function resource(
  router: Router,
  path: string,
  methods: Methods,
  { mediaTypes = JSON_TYPES, before = [] }: ResourceOptions = {},
): void {
  const allow = [
    'OPTIONS',
    ...(methods.get ? ['GET', 'HEAD'] : []),
    ...(methods.post ? ['POST'] : []),
    ...(methods.delete ? ['DELETE'] : []),
  ].join(', ')
  const route = router.route(path)
  const acceptable: RequestHandler = (req, _res, next) => {
    // Before anything is done: a client that cannot read the answer must not find the job done (RFC 9110 §15.5.7).
    if (mediaTypes.length > 0 && req.accepts([...mediaTypes]) === false) {
      throw new HttpError('not-acceptable', `This can be had as ${mediaTypes[0]} only`)
    }
    next()
  }
  if (methods.get) route.get(...before, acceptable, inTime(methods.get))
  if (methods.post) {
    // Not what comes before: a body may take its client longer to send.
    const reading = methods.post.slice(0, -1) as RequestHandler[]
    route.post(...before, acceptable, ...reading, inTime(methods.post.at(-1) as Handler))
  }
  if (methods.delete) route.delete(...before, acceptable, inTime(methods.delete))
  route.options((_req, res) => {
    res.set('Allow', allow).status(204).end()
  })
  route.all((req) => {
    throw notAllowed(req.method, allow)
  })
}

/** @param allow the methods there are, as the Allow field lists them (RFC 9110 §10.2.1) */
export function notAllowed(method: string, allow: string): HttpError {
  const detail = `${method} is not allowed here; ${allow} are`
  return new HttpError('method-not-allowed', detail, { headers: { Allow: allow } })
}
