/** Whatever a callee answers, the job ends with a result that can be kept or a failure that says why. */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { OutboundResponse } from '../../src/outbound/caller.ts'
import { segment } from './support/drive.ts'
import { loopbackCaller } from './support/loopback.ts'

const headerText = fc.string({ unit: 'binary', maxLength: 40 }).filter((text) => !/[\r\n]/.test(text))

const types = fc.constantFrom(
  'application/json',
  'application/fhir+json; charset=utf-8',
  'text/plain; charset=utf-16le',
  'text/html; charset=nonsense',
  'image/png',
  '',
)

const body = fc.oneof(
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
  fc.json({ stringUnit: 'binary' }).map((text) => Buffer.from(text)),
  fc.jsonValue().map((value) => Buffer.from(JSON.stringify({ status: value, links: value, error: value }))),
  fc
    .constantFrom('done', 'failed', 'running', 'ok', 'canceled')
    .chain((status) =>
      fc
        .jsonValue()
        .map((value) => Buffer.from(JSON.stringify({ status, links: { result: value }, error: value }))),
    ),
)

const answer = fc
  .record({
    status: fc.oneof(fc.constantFrom(200, 202, 303, 404, 503), fc.integer({ min: 200, max: 599 })),
    statusText: fc.string({ unit: 'binary', maxLength: 30 }),
    type: types,
    others: fc.array(
      fc.tuple(
        fc.constantFrom(
          'location',
          'retry-after',
          'link',
          'etag',
          'x-request-id',
          'operation-location',
          'set-cookie',
        ),
        fc.oneof(headerText, fc.constantFrom('/next', 'http://other.example/x', '7', '<a>; rel=cancel')),
      ),
      { maxLength: 4 },
    ),
    body,
    truncated: fc.boolean(),
  })
  .map(({ type, others, ...rest }): OutboundResponse => ({
    ...rest,
    url: 'http://callee.example/work',
    headers: [['content-type', type], ...others],
    bytes: rest.body.length,
    timings: { totalMs: 1.23456 },
    hops: [],
  }))

describe('anything', () => {
  it('may be answered, at first and to a poll', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(answer, { minLength: 1, maxLength: 4 }), async (answers) => {
        let next = 0
        const call = (): Promise<OutboundResponse> => {
          const response = answers[Math.min(next++, answers.length - 1)]
          return response ? Promise.resolve(response) : Promise.reject(new Error('no answer left'))
        }
        const options = { caller: { ...loopbackCaller, call } }
        const given = { url: 'http://callee.example/work', body: { json: { secret: 'abcd' } } }
        let seen = await segment(given, options)
        for (let count = 0; seen.pause && count < 5; count++) {
          seen = await segment(given, { ...options, context: { state: seen.pause.state } })
        }
        if (seen.error) expect(seen.error.name).toBe('TaskError')
        else expect(seen.result ?? seen.pause).toBeDefined()
      }),
      { numRuns: 200 },
    )
  })
})
