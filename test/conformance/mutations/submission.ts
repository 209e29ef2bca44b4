/** Servers that do one thing wrong about submissions: SUB, VAL, IDM and PRF. */
import { edit, type Mutation, type Reply } from '../broken.ts'
import { accepted, drop, onStatus, refused, set, without } from './changes.ts'

export const SUBMISSION: readonly Mutation[] = [
  { name: 'drops Location', rows: ['SUB-02'], reply: accepted(drop('location')) },
  {
    name: 'answers a submission with 200',
    rows: ['SUB-03'],
    reply: accepted((reply) => {
      reply.status = 200
    }),
  },
  { name: 'puts an ETag on the 202', rows: ['SUB-07'], reply: accepted(set('etag', '"v1"')) },
  {
    name: 'lets the 202 be stored',
    rows: ['SUB-06'],
    reply: accepted(set('cache-control', 'public, max-age=60')),
  },
  { name: 'forgets Retry-After on the 202', rows: ['SUB-03'], reply: accepted(drop('retry-after')) },
  {
    name: 'writes Retry-After as a date',
    rows: ['SUB-03'],
    reply: accepted(set('retry-after', new Date(Date.now() + 60_000).toUTCString())),
  },
  { name: 'links to no monitor', rows: ['SUB-08'], reply: accepted(drop('link')) },
  {
    name: 'calls what it answers with something else',
    rows: ['SUB-05'],
    reply: accepted(set('content-location', '/jobs')),
  },
  {
    name: 'believes X-Forwarded-Host',
    rows: ['SUB-12'],
    reply: (reply, { headers }) => {
      const claimed = headers['x-forwarded-host']
      if (claimed !== undefined) reply.headers['link'] = [`<https://${String(claimed)}/>; rel="start"`]
    },
  },
  { name: 'tells no time', rows: ['SUB-10'], reply: drop('date') },
  { name: 'forgets Allow', rows: ['SUB-13', 'POL-13'], reply: onStatus(405, drop('allow')) },
]

export const VALIDATION: readonly Mutation[] = [
  {
    name: 'says that something is wrong but not where',
    rows: ['VAL-02'],
    reply: refused((problem) => {
      delete problem['errors']
    }),
  },
  { name: 'does not say what media types it takes', rows: ['VAL-03'], reply: onStatus(415, drop('accept')) },
  {
    name: 'calls what it cannot parse invalid',
    rows: ['VAL-01'],
    reply: onStatus(400, (reply) => {
      reply.status = 422
      edit(reply, (problem) => {
        problem['status'] = 422
      })
    }),
  },
]

export const IDEMPOTENCY: readonly Mutation[] = [
  { name: 'ignores Idempotency-Key', rows: ['IDM-12', 'CAN-05'], request: without('idempotency-key') },
  { name: 'does not mark a replay', rows: ['IDM-12', 'CAN-05'], reply: drop('idempotent-replayed') },
  {
    name: 'marks everything as a replay',
    rows: ['IDM-01'],
    reply: accepted(set('idempotent-replayed', 'true')),
  },
  ...[200, 409].map((status) => ({
    name: `answers a replay with ${status}`,
    rows: ['IDM-12', 'IDM-04'],
    reply: (reply: Reply) => {
      if (reply.headers['idempotent-replayed']) reply.status = status
    },
  })),
]

export const PREFERENCES: readonly Mutation[] = [
  { name: 'does not say what it preferred', rows: ['PRF-01'], reply: drop('preference-applied') },
  { name: 'ignores Prefer', rows: ['PRF-01', 'PRF-03'], request: without('prefer') },
]
