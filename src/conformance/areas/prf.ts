/** PRF: preferences of a submission. */
import type { Answer } from '../exchange.ts'
import { expect, expectEqual } from '../expect.ts'
import { cacheDirectives, linesOf, onlyLineOf, retryAfterOf } from '../header-fields.ts'
import { inTime } from '../in-time.ts'
import { linksOf } from '../link-header.ts'
import { appliedOf, expectApplied, expectWaitedASecond, prefer } from '../prefer.ts'
import type { Row } from '../row.ts'
import type { Document, Target } from '../target.ts'
import { unusableRow } from './prf-unusable.ts'
import { waitRows } from './prf-wait.ts'

const respondAsync: Row = {
  id: 'PRF-01',
  title: 'Prefer: respond-async is said to have been applied',
  level: 'M',
  source: '7240 s3, s4.1; OData 11.6; OGC rec',
  needs: { feature: 'prefer' },
  async check(target) {
    const { answer } = await target.submit('ok', prefer('respond-async'))
    expectApplied(answer, 'respond-async')
    expectEqual(appliedOf(answer).size, 1, 'the number of preferences applied, of one asked for,')
  },
}

const none: Row = {
  id: 'PRF-02',
  title: 'Without Prefer the answer is 202 and speaks of no preference',
  level: 'C',
  source: 'OGC default-execution-mode; X14',
  async check(target) {
    const { answer } = await target.submit('ok')
    expectEqual(linesOf(answer, 'Preference-Applied'), [], 'Preference-Applied')
  },
}

const waitForEnd: Row = {
  id: 'PRF-03',
  title: 'Prefer: wait answers with the end, where it comes in time',
  level: 'C',
  source: '7240 s4.3; X14',
  needs: { feature: 'prefer' },
  async check(target) {
    const answer = await target.post('ok', prefer('wait=10'))
    expectEqual(answer.status, 200, 'the status')
    expect(answer.ms <= 10_000, `the answer took ${Math.round(answer.ms)} ms, not 10 s at most`)
    expectApplied(answer, 'wait', '10')
    const document = answer.json()
    expectEqual(target.statusOf(document), 'completed', 'the status of the job')
    const job = new URL(onlyLineOf(answer, 'Content-Location'), answer.url)
    expectEqual(job.href, target.link(document, 'self', answer.url).href, 'Content-Location')
    expectEqual(await target.read(job), document, 'the document at Content-Location')
    expectEqual(linesOf(answer, 'Retry-After'), [], 'Retry-After of a job that has ended')
    expect(cacheDirectives(answer).has('no-store'), 'the answer to a POST may be stored')
  },
}

const waitInVain: Row = {
  id: 'PRF-04',
  title: 'Prefer: respond-async, wait=1 is answered 202 after a second where the work takes longer',
  level: 'C',
  source: '7240 s4.3',
  needs: { feature: 'prefer', fixtures: ['slow'] },
  check: (target) =>
    inTime(async () => {
      const answer = await target.post('slow', prefer('respond-async, wait=1'))
      expectWaitedASecond(answer, 'respond-async, wait=1')
      expectApplied(answer, 'respond-async')
      expectEqual(target.get(await target.read(target.locationOf(answer)), 'done'), false, 'done, of slow,')
    }),
}

const minimal: Row = {
  id: 'PRF-07',
  title: 'Prefer: return=minimal leaves nothing in the body but what is needed to go on',
  level: 'S',
  source: '7240 s4.2',
  needs: { feature: 'prefer' },
  async check(target) {
    const whole = await target.submit('ok')
    const { answer, job, document } = await target.submit('ok', prefer('return=minimal'))
    expectApplied(answer, 'return', 'minimal')
    expectHeaders(answer, job)
    expectEqual(headersOf(answer), headersOf(whole.answer), 'the headers there are')
    const read = await target.read(job)
    if (answer.text === '') return 'without a body'
    expectMinimal(target, document, job)
    expectEqual(target.get(document, 'id'), target.get(read, 'id'), 'the id')
    return undefined
  },
}

export const preferRows: readonly Row[] = [
  respondAsync,
  none,
  waitForEnd,
  waitInVain,
  ...waitRows.slice(0, 1),
  unusableRow,
  minimal,
  ...waitRows.slice(1),
]

/** As of any 202: where to go, when, and that nobody is to keep it. */
function expectHeaders(answer: Answer, job: URL): void {
  onlyLineOf(answer, 'Location')
  const seconds = retryAfterOf(answer)
  expect(seconds >= 1 && seconds <= 60, `Retry-After is ${seconds}, not 1 to 60`)
  expect(cacheDirectives(answer).has('no-store'), 'the 202 may be stored')
  for (const name of ['ETag', 'Last-Modified', 'Expires']) expectEqual(linesOf(answer, name), [], name)
  const monitors = linksOf(answer).filter(({ rels }) => rels.includes('monitor'))
  expectEqual(
    monitors.map(({ target }) => target.href),
    [job.href],
    'what Link names as monitor',
  )
}

// They speak of the preference, of the connection, and of the body, which there may be none of.
const MAY_DIFFER = new Set(
  'preference-applied connection keep-alive content-length content-type transfer-encoding'.split(' '),
)

function headersOf({ headers }: Answer): string[] {
  return Object.keys(headers)
    .filter((name) => !MAY_DIFFER.has(name))
    .toSorted()
}

function expectMinimal(target: Target, document: Document, job: URL): void {
  const { id, status, self } = target.profile.pointers
  const allowed = new Set([id, status, self].map((pointer) => pointer.split('/')[1]))
  const more = Object.keys(document).filter((name) => !allowed.has(name))
  expect(more.length === 0, `the minimal document also has ${more.join(', ')}`)
  expect(target.statusOf(document) !== undefined, 'the minimal document has no status')
  expectEqual(target.link(document, 'self', job).href, job.href, 'links.self')
}
