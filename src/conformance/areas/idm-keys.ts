/** IDM: the Idempotency-Key header field itself. */
import { randomUUID } from 'node:crypto'
import { expectReplayOf, freshKey, keyed, submitFirst } from '../idempotency.ts'
import { expectJobsMade } from '../jobs-made.ts'
import { expectProblem } from '../problem.ts'
import type { Row } from '../row.ts'
import { expectDocumented } from './idm-reuse.ts'

const required: Row = {
  id: 'IDM-09',
  title: 'Where a key is required, a submission without is refused with 400 and a word on how to make one',
  level: 'S',
  source: 'IDEM s2.7; 6585 s3',
  needs: { feature: 'idempotency', fixtures: ['keyed'] },
  async check(target) {
    const answer = await target.post('keyed', keyed(''))
    expectProblem(answer, 400, 'idempotency-key-required')
    await expectDocumented(target, answer)
    await submitFirst(target, 'keyed', keyed(freshKey()))
  },
}

const malformed: Row = {
  id: 'IDM-11',
  title: 'A malformed key is refused and never ignored: an ignored key is a job done twice',
  level: 'C',
  source: '9651 s4.2, s4.2.5; IDEM s5; STRIPE',
  needs: { feature: 'idempotency' },
  when: 'alone',
  async check(target) {
    const { keyLength } = target.profile.limits
    const longest = randomUUID().padEnd(keyLength, 'x')
    await submitFirst(target, 'ok', keyed(`"${longest}"`))
    const keys: readonly (string | readonly string[])[] = [
      '"abc',
      String.raw`"a\x"`,
      '""',
      "'abc'",
      `"${longest}x"`,
      // Bytes are sent as they stand here: é in Latin-1, then in UTF-8.
      '"caf\u00E9"',
      Buffer.from('"café"').toString('latin1'),
      [freshKey(), freshKey()],
    ]
    return expectJobsMade(target, 0, 'submissions with malformed keys', async () => {
      for (const key of keys)
        expectProblem(await target.post('ok', keyed(key)), 400, 'idempotency-key-invalid')
    })
  },
}

const spellings: Row = {
  id: 'IDM-12',
  title: 'A key is the same bare, in quotes, and with parameters',
  level: 'C',
  source: 'X6; 9651 s3.3',
  needs: { feature: 'idempotency' },
  async check(target) {
    const key = randomUUID()
    const { answer, unique } = await submitFirst(target, 'ok', keyed(key))
    for (const spelling of [`"${key}"`, `"${key}";a=1`])
      expectReplayOf(answer, await target.post('ok', keyed(spelling, { unique })), `the key as ${spelling}`)
  },
}

export const keyRows: readonly Row[] = [required, malformed, spellings]
