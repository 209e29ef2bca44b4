/** LST: the collection of jobs. */
import { expect, expectEqual } from '../expect.ts'
import { inLanes } from '../lanes.ts'
import { linkTo } from '../link-header.ts'
import { listOf, readPage, traverse, type Page } from '../pages.ts'
import { expectProblem } from '../problem.ts'
import type { Row } from '../row.ts'
import type { Target } from '../target.ts'
import { otherCursors } from './lst-cursor.ts'

const own: Row = {
  id: 'LST-01',
  title: 'Everybody sees their own jobs only',
  level: 'S',
  source: 'API1; OGC rec access-control-job-list',
  needs: { feature: 'list', twoCallers: true },
  async check(target) {
    const ofA = (await target.submit('ok')).job
    const ofB = (await target.submit('ok', { as: 'b' })).job
    const listed = { a: await jobsOf(target, 'a'), b: await jobsOf(target, 'b') }
    for (const [caller, mine, foreign] of [
      ['a', ofA, ofB],
      ['b', ofB, ofA],
    ] as const) {
      expect(listed[caller].has(mine.href), `the list of ${caller} is without the job of ${caller}`)
      expect(!listed[caller].has(foreign.href), `the list of ${caller} has a job of somebody else`)
    }
    const shared = [...listed.a].filter((href) => listed.b.has(href))
    expect(shared.length === 0, `${shared.length} jobs are in the lists of both, such as ${shared[0]}`)
    // Not only those made here.
    await inLanes(Math.min(listed.b.size, 10), 5, async (index) => {
      const job = [...listed.b][index] as string
      expectEqual((await target.ask(job, { as: 'a' })).status, 404, `${job} of the list of b, read by a,`)
    })
  },
}

const paging: Row = {
  id: 'LST-02',
  title:
    'A page has no more items than asked for, and leads to itself and to the next, which the last does not have',
  level: 'S',
  source: 'OGC job-list limit-response, next, self; 8288 s3.3',
  needs: { feature: 'list' },
  async check(target) {
    await inLanes(5, 5, () => target.submit('ok'))
    const pages = await traverse(target, listOf(target, { limit: '2' }), { until: (all) => all.length === 3 })
    expectEqual(pages[0]?.items.length, 2, 'the number of items, of 5 jobs or more with limit=2,')
    for (const page of pages) {
      expect(page.items.length <= 2, `a page has ${page.items.length} items with limit=2`)
      expectLeadsToItself(page)
    }
    expect(pages.length === 3, `5 jobs or more made ${pages.length} pages of 2`)
    expectEqual(
      new Set(idsOf(pages)).size,
      idsOf(pages).length,
      'the number of different jobs on three pages',
    )
    await expectWayBack(target, pages)
    // To the end, which is where there is no next.
    const all = await traverse(target, listOf(target, { limit: '100' }))
    expectLeadsToItself(all.at(-1) as Page)
  },
}

const traversal: Row = {
  id: 'LST-03',
  title:
    'Going through the pages meets every job that was there before exactly once, whatever is added meanwhile',
  level: 'C',
  source: 'cursor pagination',
  needs: { feature: 'list' },
  when: 'crowd',
  async check(target) {
    const made = await inLanes(200, 20, () => target.submit('ok'))
    const wanted = made.map(({ document }) => String(target.get(document, 'id')))
    const added: string[] = []
    const between = async () => {
      const { document } = await target.submit('ok')
      added.push(String(target.get(document, 'id')))
    }
    const pages = await traverse(target, listOf(target, { limit: '20' }), { between })
    const times = Map.groupBy(idsOf(pages), (id) => id)
    const missed = wanted.filter((id) => !times.has(id))
    expect(missed.length === 0, `${missed.length} of 200 jobs were on no page, such as ${missed[0]}`)
    const repeated = [...times].filter(([, met]) => met.length > 1).map(([id]) => id)
    expect(repeated.length === 0, `${repeated.length} jobs were met more than once, such as ${repeated[0]}`)
    expect(added.length >= 9, `200 jobs or more made ${pages.length} pages of 20`)
    return `${pages.length} pages, ${added.length} jobs added meanwhile`
  },
}

const filter: Row = {
  id: 'LST-04',
  title: 'status= lists jobs of that status only; a cursor that was tampered with is refused',
  level: 'C',
  source: 'OGC job-list status',
  needs: { feature: 'list', fixtures: ['fail'] },
  async check(target) {
    const failed = await target.submit('fail')
    const completed = await target.submit('ok')
    await Promise.all([target.reaches(failed.job, 'failed'), target.reaches(completed.job, 'completed')])
    const wanted = String(target.get(failed.document, 'id'))
    const pages = await traverse(
      target,
      listOf(target, { status: target.profile.statuses.failed, limit: '100' }),
    )
    expect(idsOf(pages).includes(wanted), 'a failed job is not in the list of failed jobs')
    const others = pages
      .flatMap(({ items }) => items)
      .map((item) => target.statusOf(item))
      .filter((status) => status !== 'failed')
    expectEqual(others, [], 'what else is in the list of failed jobs')
    const page = await readPage(target, listOf(target, { limit: '1' }))
    expect(page.next !== undefined, 'the first of two jobs or more has no next page')
    const wrong = [
      ...otherCursors(page.answer.url, page.next),
      listOf(target, { status: 'no-such-status' }),
      // A filter that is mistyped must not mean "everything".
      listOf(target, { statsu: target.profile.statuses.failed }),
    ]
    for (const url of wrong) expectProblem(await target.ask(url), 400, 'invalid-parameter')
  },
}

const failures: Row = {
  id: 'LST-05',
  title: 'code= lists jobs that failed for that reason only; an origin= that is none is refused',
  level: 'C',
  source: 'the failed jobs are the dead letters',
  needs: { feature: 'list', fixtures: ['fail', 'leak'] },
  async check(target) {
    const [one, other] = await Promise.all([target.submit('fail'), target.submit('leak')])
    const [failed] = await Promise.all([
      target.reaches(one.job, 'failed'),
      target.reaches(other.job, 'failed'),
    ])
    const code = codeOf(target.get(failed, 'error'))
    expect(code !== undefined, 'a failed job has an error without a code')
    const pages = await traverse(target, listOf(target, { code, limit: '100' }))
    expect(
      idsOf(pages).includes(String(target.get(one.document, 'id'))),
      `a job that failed with ${code} is not in the list of these`,
    )
    expect(
      !idsOf(pages).includes(String(target.get(other.document, 'id'))),
      `a job that failed otherwise is in the list of ${code}`,
    )
    for (const origin of ['example.org', 'https://example.org/path', 'file:///'])
      expectProblem(await target.ask(listOf(target, { origin })), 400, 'invalid-parameter')
  },
}

export const listRows: readonly Row[] = [own, paging, traversal, filter, failures]

function codeOf(error: unknown): string | undefined {
  const { code } = (error ?? {}) as { readonly code?: unknown }
  return typeof code === 'string' ? code : undefined
}

function idsOf(pages: readonly Page[]): string[] {
  return pages.flatMap(({ ids }) => ids)
}

/** The addresses of all jobs listed. */
async function jobsOf(target: Target, as: 'a' | 'b'): Promise<Set<string>> {
  const pages = await traverse(target, listOf(target, { limit: '100' }), { as })
  const jobs = pages.flatMap(({ answer, items }) =>
    items.map((item) => target.link(item, 'self', answer.url).href),
  )
  return new Set(jobs)
}

function expectLeadsToItself({ answer }: Page): void {
  const parts = ({ pathname, searchParams }: URL) => [pathname, ...[...searchParams].map(String).toSorted()]
  const self = linkTo(answer, 'self')
  expect(self !== undefined, `GET ${answer.url.pathname}${answer.url.search} has no Link with rel="self"`)
  expectEqual(parts(self), parts(answer.url), 'rel="self" of a page')
}

/** Where a page names the one before, that is it. */
async function expectWayBack(target: Target, [first, second]: readonly Page[]): Promise<void> {
  const back = second && linkTo(second.answer, 'prev')
  if (first === undefined || back === undefined) return
  expectEqual((await readPage(target, back)).ids, first.ids, 'the page before the second')
}
