/** One line per request in the log, and the request id that ties a problem document to it. */
import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { RequestHandler } from 'express'
import type { Logger } from 'pino'
import { pinoHttp } from 'pino-http'

export function requestLog(log: Logger): RequestHandler {
  const middleware = pinoHttp({
    logger: log,
    // Always our own: a client's could be anything, and the same as another's.
    genReqId: (_req, res) => {
      const id = randomUUID()
      res.setHeader('X-Request-Id', id)
      return id
    },
    // Neither headers nor bodies: they hold secrets and other people's data.
    serializers: { req: () => undefined, res: () => undefined },
    quietReqLogger: true,
    customAttributeKeys: { reqId: 'request', responseTime: 'ms' },
    customSuccessObject: line,
    customErrorObject: (req, res, _error, value: object) => line(req, res, value),
    customSuccessMessage: () => 'request',
    customErrorMessage: () => 'request',
    customLogLevel: (_req, res) => (res.statusCode >= 500 ? 'warn' : 'info'),
  })
  return (req, res, next) => {
    middleware(req, res)
    next()
  }
}

function line(req: IncomingMessage, { statusCode: status }: ServerResponse, value: object): object {
  // Routers that are mounted at a path cut it off from `url`.
  const url = String('originalUrl' in req ? req.originalUrl : req.url)
  // Without the query: somebody may have put a key there.
  return { ...value, err: undefined, method: req.method, url: url.split('?')[0], status }
}
