/** Servers that do one thing wrong about job documents and results: POL, CON and RES. */
import type { Mutation } from '../broken.ts'
import type { Document } from '../../../src/conformance/target.ts'
import { document, drop, onStatus, polled, set, without } from './changes.ts'

const ENDED = new Set<unknown>(['completed', 'failed', 'canceled'])

/** 429 to a poll that comes sooner than this after another of the same job. */
function impatient(ms: number) {
  const last = new Map<string, number>()
  return polled((reply, { path }) => {
    if (Date.now() - (last.get(path) ?? 0) < ms) reply.status = 429
    last.set(path, Date.now())
  })
}

export const POLLING: readonly Mutation[] = [
  {
    name: 'answers 500 for a failed job',
    rows: ['POL-06'],
    reply: document(({ status }, reply) => {
      if (status === 'failed') reply.status = 500
    }),
  },
  {
    name: 'goes on sending Retry-After after the end',
    rows: ['POL-02'],
    reply: document((found, { headers }) => {
      if (ENDED.has(found['status'])) headers['retry-after'] = ['1']
    }),
  },
  {
    name: 'forgets Retry-After before the end',
    rows: ['POL-02'],
    reply: document((found, { headers }) => {
      if (!ENDED.has(found['status'])) delete headers['retry-after']
    }),
  },
  {
    name: 'is never done',
    rows: ['POL-03', 'CAN-01'],
    reply: document((found) => {
      found['done'] = false
    }),
  },
  {
    name: 'changes a document after its end',
    rows: ['CAN-03', 'CAN-04', 'POL-08'],
    reply: document((found) => {
      if (ENDED.has(found['status'])) found['updatedAt'] = new Date().toISOString()
    }),
  },
  {
    name: 'ends before it has begun',
    rows: ['POL-04'],
    reply: document((found) => {
      if (found['finishedAt'] !== undefined) found['finishedAt'] = '2020-01-01T00:00:00.000Z'
    }),
  },
  {
    name: 'leaks a stack',
    rows: ['POL-07'],
    reply: document(({ error }) => {
      if (typeof error === 'object' && error !== null)
        Object.assign(error, { detail: 'Error: oh\n    at Object.run (/srv/app/tasks/fail.ts:12:11)' })
    }),
  },
  {
    name: 'lets progress fall',
    rows: ['POL-09'],
    reply: document((found) => {
      if (typeof found['progress'] === 'number') found['progress'] = 100 - found['progress']
    }),
  },
  {
    name: 'answers 202 for as long as a job is not done',
    rows: ['POL-01'],
    reply: document((found, reply) => {
      if (!ENDED.has(found['status'])) reply.status = 202
    }),
  },
  {
    name: 'keeps results to itself',
    rows: ['POL-05', 'RES-01'],
    reply: (reply, asked) => {
      if (asked.path.endsWith('/result') && reply.status === 200) reply.status = 404
      document((found) => {
        delete found['result']
      })(reply, asked)
    },
  },
  {
    name: 'shows failures that are tried again',
    rows: ['POL-10'],
    reply: document((found) => {
      // From the first on: what is between two attempts may be over before anybody looks.
      if (found['task'] === 'flaky' && found['done'] === false) found['status'] = 'failed'
    }),
  },
  {
    name: 'refuses to be asked again so soon',
    rows: ['POL-14'],
    reply: impatient(200),
  },
  {
    name: 'lets clients wait for longer than a minute, whatever the work',
    rows: ['POL-15'],
    reply: ({ headers }) => {
      if (headers['retry-after']) headers['retry-after'] = ['90']
    },
  },
  {
    name: 'calls a malformed id a bad request',
    rows: ['POL-11'],
    reply: (reply, { path }) => {
      if (path.endsWith('/zzz')) reply.status = 400
    },
  },
  {
    name: 'leaves the ETag out of HEAD',
    rows: ['POL-12'],
    reply: ({ headers }, { method }) => {
      if (method === 'HEAD') delete headers['etag']
    },
  },
]

export const CONDITIONS: readonly Mutation[] = [
  {
    name: 'has weak ETags',
    rows: ['CON-01'],
    reply: ({ headers }) => {
      const [tag] = headers['etag'] ?? []
      if (tag !== undefined) headers['etag'] = [`W/${tag}`]
    },
  },
  { name: 'never changes its ETag', rows: ['CON-05'], reply: polled(set('etag', '"forever"')) },
  { name: 'ignores If-None-Match', rows: ['CON-02', 'CON-03'], request: without('if-none-match') },
  {
    name: 'compares If-None-Match strongly',
    rows: ['CON-03'],
    request: ({ headers }) => {
      if (headers['if-none-match']?.startsWith('W/')) delete headers['if-none-match']
    },
  },
  { name: 'leaves the ETag out of a 304', rows: ['CON-02'], reply: onStatus(304, drop('etag')) },
  { name: 'leaves Retry-After out of a 304', rows: ['CON-04'], reply: onStatus(304, drop('retry-after')) },
  {
    name: 'tells the time in a document',
    rows: ['CON-06'],
    reply: document((found) => {
      found['now'] = Date.now()
    }),
  },
  {
    name: 'lets any cache keep a document',
    rows: ['CON-07'],
    reply: polled(set('cache-control', 'public, max-age=3')),
  },
  { name: 'lets a 404 be kept', rows: ['CON-08'], reply: onStatus(404, drop('cache-control')) },
  {
    name: 'has one ETag for every coding',
    rows: ['CON-09'],
    reply: ({ headers }) => {
      const [tag] = headers['etag'] ?? []
      if (tag !== undefined) headers['etag'] = [tag.replace('-gzip', '')]
    },
  },
  { name: 'drops Vary', rows: ['CON-09', 'PRF-09'], reply: drop('vary') },
  { name: 'ignores If-Match', rows: ['CON-10'], request: without('if-match') },
  {
    name: 'compares If-Match weakly',
    rows: ['CON-10'],
    request: ({ headers }) => {
      const wanted = headers['if-match']
      if (wanted !== undefined) headers['if-match'] = wanted.replaceAll('W/', '')
    },
  },
  {
    name: 'has nothing that matches *',
    rows: ['CON-11'],
    reply: onStatus(404, (reply, { headers }) => {
      if (headers['if-none-match'] === '*') reply.status = 304
    }),
  },
  {
    name: 'believes a date more than an ETag',
    rows: ['CON-12'],
    reply: onStatus(200, (reply, { headers }) => {
      if (headers['if-modified-since'] !== undefined) reply.status = 304
    }),
  },
]

export const RESULTS: readonly Mutation[] = [
  {
    name: 'has results without ETags',
    rows: ['RES-01'],
    reply: ({ headers }, { path }) => {
      if (path.endsWith('/result')) delete headers['etag']
    },
  },
  {
    name: 'puts large results into the document',
    rows: ['RES-04'],
    reply: document((found) => {
      if (found['status'] === 'completed') found['result'] ??= { text: 'x'.repeat(100_000) }
    }),
  },
  {
    name: 'offers ranges and has none',
    rows: ['RES-04'],
    reply: ({ headers }, { path }) => {
      if (path.endsWith('/result')) headers['accept-ranges'] = ['bytes']
    },
  },
  {
    name: 'sends whoever polls a completed job to the result',
    rows: ['RES-03'],
    reply: document((found, reply) => {
      if (found['status'] !== 'completed') return
      reply.status = 303
      reply.headers['location'] = [String((found['links'] as Document)['result'])]
    }),
  },
  {
    name: 'does not say when a result may be there',
    rows: ['RES-02'],
    reply: onStatus(404, drop('retry-after')),
  },
  {
    name: 'answers 200 where there is no result',
    rows: ['RES-02', 'CAN-05'],
    reply: (reply, { path }) => {
      if (path.endsWith('/result') && reply.status === 404) reply.status = 200
    },
  },
  {
    name: 'lets a browser open a file where it is',
    rows: ['RES-05'],
    reply: (reply) => {
      const [disposition] = reply.headers['content-disposition'] ?? []
      if (disposition !== undefined)
        reply.headers['content-disposition'] = [disposition.replace('attachment', 'inline')]
    },
  },
  { name: 'lets a browser guess what a file is', rows: ['RES-05'], reply: drop('x-content-type-options') },
]
