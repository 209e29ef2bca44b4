/** VAL: bodies made to do harm. */
import { gzipSync } from 'node:zlib'
import type { Answer, Request } from '../exchange.ts'
import { expect, expectEqual } from '../expect.ts'
import { linesOf } from '../header-fields.ts'
import { expectProblem } from '../problem.ts'
import type { Row } from '../row.ts'
import type { Target } from '../target.ts'

const JSON_TYPE = { 'Content-Type': 'application/json' }

const tooLarge: Row = {
  id: 'VAL-05',
  title: 'A body over the limit, as it is or once unpacked, is refused for good',
  level: 'C',
  source: '9110 s15.5.14; API4',
  when: 'crowd',
  async check(target) {
    const limit = target.profile.limits.bodyBytes
    const { body } = target.fixture('ok')
    // White space after the JSON value is of no meaning (RFC 8259 §2), so only the size is in question.
    const padded = (bytes: number) => JSON.stringify(body).padEnd(bytes, ' ')
    await target.submit('ok', { body: padded(limit), headers: JSON_TYPE })

    const over = await postAlone(target, { body: padded(limit + 1), headers: JSON_TYPE })
    expectProblem(over, 413, 'content-too-large')
    const packed = await postAlone(target, {
      body: bomb(limit),
      headers: { ...JSON_TYPE, 'Content-Encoding': 'gzip' },
    })
    expectProblem(packed, [413, 415], 'content-too-large', 'unsupported-media-type')
    for (const { status, ...answer } of [over, packed])
      expectEqual(
        linesOf({ status, ...answer }, 'Retry-After'),
        [],
        `Retry-After of a ${status} that is for good`,
      )
    await target.submit('ok')
    return packed.status === 415 ? 'gzip is not taken at all' : undefined
  },
}

/** On a connection that the server may close over it. */
function postAlone(target: Target, request: Request): Promise<Answer> {
  return target.post('ok', { ...request, newConnection: true })
}

const TIMES = 1000

/** Within the limit as it is sent, a thousand times over it unpacked. */
function bomb(limit: number): Buffer {
  // A gzip file may have many members (RFC 1952 §2.2); this way 2 GB need not be packed for it.
  const member = gzipSync(Buffer.alloc(limit + 1, ' '), { level: 9 })
  return Buffer.concat(Array<Buffer>(Math.min(TIMES, Math.floor(limit / member.length))).fill(member))
}

const DEPTH = 10_000
const A_MEGABYTE = 'x'.repeat(1_000_000)

const hostile: Row = {
  id: 'VAL-08',
  title: 'A body made to do harm is refused as a mistake of the client, and the next one is served',
  level: 'S',
  source: 'RFC 8259 s8.1; API4, API3',
  when: 'crowd',
  async check(target) {
    const { body } = target.fixture('ok')
    const [member = 'value'] = Object.keys(body ?? {})
    const bodies: Record<string, string | Buffer> = {
      'invalid UTF-8': Buffer.concat([
        Buffer.from('{"a":"'),
        Buffer.from([0xc3, 0x28, 0xff]),
        Buffer.from('"}'),
      ]),
      'invalid UTF-8 in a member it knows': Buffer.concat([
        Buffer.from(`{${JSON.stringify(member)}:"`),
        Buffer.from([0xed, 0xa0, 0x80]),
        Buffer.from('"}'),
      ]),
      'deep lists': '['.repeat(DEPTH) + ']'.repeat(DEPTH),
      'deep objects': '{"a":'.repeat(DEPTH) + '1' + '}'.repeat(DEPTH),
      'deep lists in a member it knows': `{${JSON.stringify(member)}:${'['.repeat(DEPTH)}${']'.repeat(DEPTH)}}`,
      'a prototype': '{"__proto__":{"x":1}}',
    }
    for (const [what, hostileBody] of Object.entries(bodies))
      await expectRefused(target, what, await target.post('ok', { body: hostileBody, headers: JSON_TYPE }))
    const { short } = target.profile.fixtures
    if (!short) return 'no megabyte was sent for a short text: the profile has no fixture "short"'
    const long = JSON.stringify(target.fixture('short').body).replaceAll('{{megabyte}}', A_MEGABYTE)
    expect(long.length > A_MEGABYTE.length, 'the fixture "short" has no {{megabyte}} in its body')
    await expectRefused(target, 'a megabyte', await target.post('short', { body: long, headers: JSON_TYPE }))
    return undefined
  },
}

async function expectRefused(target: Target, what: string, answer: Answer): Promise<void> {
  const fine = [400, 413, 422].includes(answer.status)
  expect(fine, `${what} was answered ${answer.status}, not 400, 413 or 422`)
  expectProblem(answer, answer.status)
  await target.submit('ok')
}

export const bodyRows: readonly Row[] = [tooLarge, hostile]
