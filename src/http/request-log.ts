/** One line per request in the log, and the request id that ties a problem document to it. */
import { randomUUID } from 'node:crypto'
import type { Request, RequestHandler, Response } from 'express'
import type { Logger } from 'pino'

// Not in res.locals, which belong to whoever mounts the app.
const logs = new WeakMap<Response, () => Logger>()

export function requestLog(log: Logger): RequestHandler {
  return (req, res, next) => {
    const began = performance.now()
    // Always our own: a client's could be anything, and the same as another's.
    const request = randomUUID()
    res.setHeader('X-Request-Id', request)
    // Made where it is needed: most requests have nothing to say but that they were.
    logs.set(res, () => log.child({ request }))
    // Also where the client is gone before its answer.
    res.once('close', () => {
      const level = res.statusCode >= 500 ? 'warn' : 'info'
      if (!log.isLevelEnabled(level)) return
      log[level]({ request, ms: Math.round(performance.now() - began), ...line(req, res) }, 'request')
    })
    next()
  }
}

/** The log of this request, for what more there is to say of it. */
export function logOf(res: Response): Logger {
  const log = logs.get(res)
  if (!log) throw new Error('The request was not logged')
  return log()
}

/** Neither headers nor bodies: they hold secrets and other people's data. */
function line({ method, originalUrl }: Request, { statusCode: status, writableFinished }: Response): object {
  // Without the query: somebody may have put a key there.
  const [url] = originalUrl.split('?', 1)
  return { method, url, status, ...(writableFinished ? {} : { aborted: true }) }
}
