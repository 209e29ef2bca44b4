import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { useHouse } from '../support/house.ts'

const house = useHouse({ ACCEPTD_ROLE: 'api' })

// Fixed, so that a failure here is one that everybody sees; other seeds are tried by setting it.
const SEED = 20_261_122
const options = { seed: SEED, numRuns: 300 }

const json = fc.jsonValue({ maxDepth: 4, noUnicodeString: false, stringUnit: 'binary' })
const name = fc.oneof(
  fc.constantFrom('task', 'input', 'runAt', 'priority', 'tags', '__proto__', 'text'),
  fc.string(),
)
const almostASubmission = fc.record(
  {
    task: fc.oneof(fc.constantFrom('ok', 'word-count', 'slow', 'csv-report'), json),
    input: fc.oneof(fc.record({ text: fc.string({ unit: 'binary' }) }), fc.record({ value: json }), json),
    runAt: fc.oneof(
      fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
      json,
    ),
    priority: fc.oneof(fc.integer(), fc.double(), json),
    tags: fc.oneof(fc.array(fc.string({ unit: 'binary' })), json),
  },
  { requiredKeys: [] },
)
const body = fc.oneof(
  almostASubmission.map((value) => JSON.stringify(value)),
  fc.dictionary(name, json).map((value) => JSON.stringify(value)),
  json.map((value) => JSON.stringify(value)),
  fc.string({ unit: 'binary' }),
)

describe('whatever is sent', () => {
  it('is answered with 202 or a problem that says why not, never with a fault of ours', async () => {
    const path = fc.constantFrom(
      '/jobs',
      '/tasks/ok',
      '/tasks/word-count',
      '/tasks/slow',
      '/tasks/csv-report',
    )
    const key = fc.option(
      fc.string({ unit: 'binary-ascii' }).filter((text) => /^[\x20-\x7e]*$/.test(text)),
      { nil: undefined },
    )
    await fc.assert(
      fc.asyncProperty(path, body, key, async (to, text, idempotencyKey) => {
        const request = house.api.post(to).set('Content-Type', 'application/json')
        if (idempotencyKey !== undefined) request.set('Idempotency-Key', idempotencyKey)
        // Held against the OpenAPI document as every response is; here it only must not be a 5xx.
        const { status } = await request.send(text === '' ? ' ' : text)
        expect([202, 400, 404, 409, 413, 422]).toContain(status)
      }),
      options,
    )
  })

  it('in the address or the query is answered likewise', async () => {
    const part = fc.oneof(
      fc.constantFrom(
        'jobs',
        'tasks',
        'ok',
        'cancel',
        'result',
        'health',
        '%00',
        '%',
        '..',
        '01a1f000-0000-7000-8000-000000000000',
      ),
      fc.webSegment(),
      fc.string().map(encodeURIComponent),
    )
    const query = fc.oneof(
      fc.webQueryParameters(),
      fc.constantFrom('limit=0', 'cursor=%00', 'status=', 'task=%ff', 'limit=1e9'),
    )
    await fc.assert(
      fc.asyncProperty(
        fc.array(part, { maxLength: 4 }),
        query,
        fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'OPTIONS'),
        async (parts, search, method) => {
          const response = await fetch(`${house.url}/${parts.join('/')}?${search}`, {
            method,
            redirect: 'manual',
          })
          const text = await response.text()
          expect(response.status).toBeLessThan(500)
          if (response.status >= 400) expect(JSON.parse(text)).toMatchObject({ status: response.status })
        },
      ),
      options,
    )
  })
})
