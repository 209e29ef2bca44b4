/** Requests to refuse for what they are, whatever jobs there are. */
import { randomUUID } from 'node:crypto'
import { withLastSegment } from '../other-job.ts'
import { asking, known, submitting, type Provocation } from './provocation.ts'

const JSON_BODY = { 'Content-Type': 'application/json' }

export const REQUESTS: readonly Provocation[] = [
  {
    cause: 'a body that is cut off',
    expected: [400],
    slug: 'malformed-body',
    provoke: submitting({ body: '{"a":', headers: JSON_BODY }),
  },
  {
    cause: 'a query parameter that is no number',
    expected: [400],
    slug: 'invalid-parameter',
    needs: ['list'],
    provoke: asking(({ profile }) => `${profile.paths.list}?limit=abc`),
  },
  {
    cause: 'a cursor of no page',
    expected: [400],
    slug: 'invalid-parameter',
    needs: ['list'],
    provoke: asking(({ profile }) => `${profile.paths.list}?cursor=tampered`),
  },
  {
    cause: 'a path that is no percent-encoding',
    expected: [400, 404],
    provoke: asking((_, { ended }) => withLastSegment(ended.job, '%E0%A4%A')),
  },
  {
    cause: 'an Idempotency-Key without end',
    expected: [400],
    slug: 'idempotency-key-invalid',
    needs: ['idempotency'],
    provoke: submitting({ headers: { 'Idempotency-Key': '"abc' } }),
  },
  {
    cause: 'a submission without the Idempotency-Key it must have',
    expected: [400],
    slug: 'idempotency-key-required',
    needs: ['idempotency', 'keyed'],
    provoke: submitting({}, 'keyed'),
  },
  {
    cause: 'a submission with bad credentials',
    expected: [401],
    slug: 'unauthorized',
    needs: ['bad credentials'],
    provoke: submitting({ as: 'bad' }),
  },
  {
    cause: 'a poll without credentials',
    expected: [401],
    slug: 'unauthorized',
    needs: ['no credentials'],
    provoke: asking(known, { as: 'none' }),
  },
  {
    cause: 'an address where there is nothing',
    expected: [404],
    provoke: asking(() => `/nothing-here/${randomUUID()}`),
  },
  {
    cause: 'POST to an address where there is nothing',
    expected: [404],
    provoke: asking(() => `/nothing-here/${randomUUID()}`, { method: 'POST', body: {} }),
  },
  {
    cause: 'a method that no submission has',
    expected: [405],
    slug: 'method-not-allowed',
    provoke: (target, _, headers) =>
      target.ask(target.fixture('ok').path, { method: 'PUT', body: {}, headers }),
  },
  {
    cause: 'a method there is not',
    expected: [400, 405, 501],
    mayPass: true,
    provoke: asking(known, { method: 'NOSUCH', newConnection: true }),
  },
  {
    cause: 'a media type nobody writes jobs in',
    expected: [406],
    slug: 'not-acceptable',
    provoke: submitting({ headers: { Accept: 'application/xml' } }),
  },
  {
    cause: 'a body beyond the limit',
    expected: [413],
    slug: 'content-too-large',
    provoke: (target, _, headers) => {
      const body = JSON.stringify({ text: 'x'.repeat(target.profile.limits.bodyBytes) })
      return target.post('ok', { body, headers: { ...JSON_BODY, ...headers } })
    },
  },
  {
    cause: 'a body that is plain text',
    expected: [415],
    slug: 'unsupported-media-type',
    provoke: submitting({ body: 'text', headers: { 'Content-Type': 'text/plain' } }),
  },
  {
    cause: 'a body in an unknown coding',
    expected: [415],
    slug: 'unsupported-media-type',
    provoke: submitting({ headers: { 'Content-Encoding': 'x-unknown' } }),
  },
  {
    cause: 'a body that breaks the schema',
    expected: [422],
    slug: 'validation-error',
    needs: ['invalid'],
    provoke: submitting({}, 'invalid'),
  },
  {
    cause: 'a header of 24 kB',
    expected: [400, 413, 431],
    mayPass: true,
    provoke: asking(known, { headers: { 'X-Long': 'x'.repeat(24_000) }, newConnection: true }),
  },
  {
    cause: 'an address of 24 kB',
    expected: [400, 404, 414, 431],
    mayPass: true,
    provoke: asking((_, { ended }) => new URL(`?${'x'.repeat(24_000)}`, ended.job), { newConnection: true }),
  },
  {
    cause: 'an accident in the server',
    expected: [500],
    needs: ['broken'],
    provoke: submitting({}, 'broken'),
  },
]
