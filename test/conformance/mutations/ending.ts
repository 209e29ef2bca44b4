/** Servers that do one thing wrong about refusals, and about how jobs end and are forgotten: ERR and CAN. */
import { edit, type Mutation } from '../broken.ts'
import { document, drop, onStatus, polled, refused, set } from './changes.ts'

export const ERRORS: readonly Mutation[] = [
  {
    name: 'refuses in HTML',
    rows: ['ERR-01'],
    reply: (reply) => {
      if (reply.status !== 404) return
      reply.headers['content-type'] = ['text/html; charset=utf-8']
      reply.body = Buffer.from('<!doctype html><title>Error</title><pre>Cannot GET</pre>')
    },
  },
  {
    name: 'leaves the status out of a problem',
    rows: ['ERR-02'],
    reply: refused((problem) => {
      delete problem['status']
    }),
  },
  {
    name: 'says another status than it answers with',
    rows: ['ERR-02'],
    reply: onStatus(409, (reply) => {
      reply.status = 422
    }),
  },
  {
    name: 'names types by relative addresses',
    rows: ['ERR-03'],
    reply: refused((problem) => {
      problem['type'] = String(problem['type']).slice(1)
    }),
  },
  {
    name: 'says for everything that it is one occurrence',
    rows: ['ERR-04'],
    reply: refused((problem) => {
      problem['instance'] = 'urn:uuid:00000000-0000-4000-8000-000000000000'
    }),
  },
  {
    name: 'has types that lead nowhere',
    rows: ['ERR-05'],
    request: (asked) => {
      if (asked.path.startsWith('/problems/')) asked.path = '/nowhere'
    },
  },
  {
    name: 'calls everything worth another try',
    rows: ['ERR-06'],
    reply: refused((problem) => {
      problem['retryable'] = true
    }),
  },
  {
    name: 'tells the length of nothing',
    rows: ['ERR-07'],
    reply: onStatus(204, set('content-length', '0')),
  },
  {
    name: 'shows what went wrong inside',
    rows: ['ERR-08'],
    reply: onStatus(500, (reply) =>
      edit(reply, (problem) => {
        problem['detail'] = 'select * from secrets failed'
      }),
    ),
  },
]

export const ENDINGS: readonly Mutation[] = [
  {
    name: 'gives canceled jobs a result',
    rows: ['CAN-01', 'CAN-05'],
    reply: document((found) => {
      if (found['status'] === 'canceled') found['result'] = {}
    }),
  },
  {
    name: 'answers DELETE with 200 and a body',
    rows: ['CAN-06'],
    reply: (reply, { method }) => {
      if (method !== 'DELETE' || reply.status !== 204) return
      reply.status = 200
      reply.headers['content-type'] = ['application/json']
      reply.body = Buffer.from('{"deleted":true}')
    },
  },
  {
    name: 'cancels what has ended',
    rows: ['CAN-03'],
    reply: (reply, { path }) => {
      if (path.endsWith('/cancel') && reply.status === 409) reply.status = 200
    },
  },
  {
    name: 'says of a running job that it is canceled',
    rows: ['CAN-02'],
    reply: (reply, { path }) => {
      if (path.endsWith('/cancel') && reply.status === 202) reply.status = 200
    },
  },
  {
    name: 'forgets to say how an unfinished job is canceled',
    rows: ['CAN-07'],
    reply: onStatus(409, (reply) =>
      edit(reply, (problem) => {
        problem['detail'] = 'The job has not ended'
        delete problem['cancel']
      }),
    ),
  },
  {
    name: 'keeps jobs for an hour',
    rows: ['CAN-08'],
    reply: document((found) => {
      if (typeof found['finishedAt'] === 'string')
        found['expiresAt'] = new Date(Date.parse(found['finishedAt']) + 3_600_000).toISOString()
    }),
  },
  { name: 'forgets Sunset', rows: ['CAN-09'], reply: polled(drop('sunset')) },
  {
    name: 'says Expires where it means Sunset',
    rows: ['CAN-09', 'CON-07'],
    reply: polled(set('expires', 'Wed, 01 Jan 2099 00:00:00 GMT')),
  },
  {
    name: 'forgets at once that there was a job',
    rows: ['CAN-10'],
    reply: onStatus(410, (reply) => {
      reply.status = 404
    }),
  },
]
