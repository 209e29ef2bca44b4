/** SUB: what shows only over many submissions. */
import { expect } from '../expect.ts'
import { linesOf } from '../header-fields.ts'
import { isImfFixdate } from '../http-date.ts'
import { inLanes } from '../lanes.ts'
import { unknownLike } from '../other-job.ts'
import type { Row } from '../row.ts'
import type { Target } from '../target.ts'

const promptly: Row = {
  id: 'SUB-01',
  title: 'Fifty submissions of long work are each answered 202 within a second',
  level: 'M',
  source: '9110 s15.3.3; AZ lro-returns-202, lro-response-time',
  needs: { fixtures: ['slow'] },
  when: 'alone',
  async check(target) {
    const submitted = await inLanes(50, 1, () => target.submit('slow'))
    // The worst of fifty is their 99th percentile.
    const slowest = Math.max(...submitted.map(({ answer }) => answer.ms))
    expect(slowest <= 1000, `the slowest of 50 took ${Math.round(slowest)} ms`)
    // They are not needed, and others may be waiting behind them.
    if (target.profile.features.includes('cancel'))
      await Promise.all(submitted.map(({ job }) => target.cancel(job)))
    return `the slowest of 50 took ${Math.round(slowest)} ms`
  },
}

const readAtOnce: Row = {
  id: 'SUB-09',
  title: 'A job can be read the instant it was accepted, over any connection, a hundred times of a hundred',
  level: 'C',
  source: '9110 s15.3.3, s15.5.5 (contract)',
  when: 'crowd',
  async check(target) {
    const answers = await inLanes(100, 5, async () => {
      const { job } = await target.submit('ok')
      return target.ask(job, { newConnection: true })
    })
    const fine = new Set([200, target.profile.pollPending])
    const others = answers.map(({ status }) => status).filter((status) => !fine.has(status))
    expect(others.length === 0, `${others.length} of 100 reads were answered ${others[0]}, not 200`)
  },
}

const dated: Row = {
  id: 'SUB-10',
  title: 'Every answer below 500 has one Date, in the preferred format and true within five seconds',
  level: 'M',
  source: '9110 s6.6.1, s5.6.7',
  when: 'last',
  async check(target) {
    await provokeSome(target)
    const answers = target.seen.filter(({ status }) => status >= 200 && status < 500)
    for (const answer of answers) {
      const where = `${answer.method} ${answer.url.pathname} (${answer.status})`
      const lines = linesOf(answer, 'Date')
      const [date = ''] = lines
      expect(lines.length === 1, `${where} has ${lines.length} lines Date, not one`)
      expect(isImfFixdate(date), `${where}: Date "${date}" is not an IMF-fixdate`)
      const offMs = Date.parse(date) - answer.receivedAt
      expect(Math.abs(offMs) <= 5000, `${where}: Date is ${offMs} ms from when it was here`)
    }
    return `${answers.length} answers looked at`
  },
}

/** One of each class, so that this row says something where it runs by itself. */
async function provokeSome(target: Target): Promise<void> {
  const { job, answer } = await target.submit('ok')
  const { etag } = (await target.ask(job)).headers
  const unchanged = await target.ask(job, { headers: etag === undefined ? {} : { 'If-None-Match': etag } })
  const refused = await target.ask(unknownLike(job))
  const wrong = await target.post('ok', { body: '{', headers: { 'Content-Type': 'application/json' } })
  const statuses = [answer, unchanged, refused, wrong].map(({ status }) => status)
  expect(
    refused.status >= 400 && wrong.status >= 400,
    `wanted answers of several kinds to look at, but all that came was ${statuses.join(', ')}`,
  )
}

const SAMPLES = 200
const BITS = 122
// Of an alphabet of 64, some 2.7 letters remain unseen at a place in 200 ids: 0.06 bits at each of about 21 places.
const BITS_UNSEEN = 2

const unguessable: Row = {
  id: 'SUB-11',
  title: 'Ids are distinct, hold 122 bits that cannot be guessed, and do not count',
  level: 'S',
  source: 'API1',
  when: 'crowd',
  async check(target) {
    const ids: string[] = []
    for (let count = 0; count < SAMPLES; count++) {
      const id = target.get((await target.submit('ok')).document, 'id')
      expect(typeof id === 'string', `the id is ${JSON.stringify(id)}, not a string`)
      ids.push(id)
    }
    const distinct = new Set(ids).size
    expect(distinct === SAMPLES, `${SAMPLES} submissions have ${distinct} ids`)
    const counting = ids.filter((id, index) => index > 0 && differsOnlyAtEnd(id, ids[index - 1] ?? '')).length
    expect(
      counting < SAMPLES / 2,
      `${counting} of ${SAMPLES} ids differ from the one before in their last letters only`,
    )
    const bits = bitsOf(ids)
    expect(
      bits >= BITS - BITS_UNSEEN,
      `ids such as ${ids[0]} differ in about ${Math.round(bits)} bits, not ${BITS}`,
    )
    return `ids such as ${ids[0]} differ in about ${Math.round(bits)} bits`
  },
}

// As many as a counter would reach: 32 bits in hexadecimal.
const END = 8

function differsOnlyAtEnd(id: string, before: string): boolean {
  return id.length === before.length && id.slice(0, -END) === before.slice(0, -END)
}

/** The most that a format can hold in which, at each place, only the letters occur that were seen there. */
function bitsOf(ids: readonly string[]): number {
  const length = Math.max(...ids.map((id) => id.length))
  const places = Array.from({ length }, (_, place) => new Set(ids.map((id) => id[place])).size)
  return places.reduce((sum, letters) => sum + Math.log2(letters), 0)
}

export const manyRows: readonly Row[] = [promptly, readAtOnce, dated, unguessable]
