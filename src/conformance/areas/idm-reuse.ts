/** IDM: a key used again: with something else, spelt otherwise, by somebody else, after a refusal. */
import type { Answer } from '../exchange.ts'
import { expect, expectEqual, skip } from '../expect.ts'
import { expectReplayOf, freshKey, keyed, submitFirst } from '../idempotency.ts'
import { expectJobsMade } from '../jobs-made.ts'
import { linkTo } from '../link-header.ts'
import { expectProblem } from '../problem.ts'
import type { Row } from '../row.ts'
import type { SubmitOptions, Target } from '../target.ts'

const somethingElse: Row = {
  id: 'IDM-06',
  title: 'A key used for something else is refused, with a word on why, and the first job is left alone',
  level: 'S',
  source: 'IDEM s2.2, s2.7; X4',
  needs: { feature: 'idempotency' },
  when: 'alone',
  async check(target) {
    const { body } = target.fixture('ok')
    const isSame = JSON.stringify(body) === JSON.stringify(target.fixture('ok').body)
    if (isSame) skip('the fixture "ok" has no {{unique}} in its body, so there is no different one')
    const options = keyed(freshKey())
    const submitted = await submitFirst(target, 'ok', options)
    await target.ends(submitted.job)
    const before = await target.ask(submitted.job)

    let elsewhere: string | undefined
    const unlisted = await expectJobsMade(target, 0, 'a key used for something else', async () => {
      const otherBody = await target.post('ok', options)
      await expectRefused(target, otherBody, submitted.unique)
      elsewhere = otherRoute(target)
      if (elsewhere === undefined) return
      const firstBody = target.fixture('ok', submitted.unique).body
      const { headers = {} } = options
      const all = { ...target.fixture('ok').headers, ...headers }
      const otherPlace = await target.ask(elsewhere, { method: 'POST', body: firstBody, headers: all })
      await expectRefused(target, otherPlace, submitted.unique)
    })

    const after = await target.ask(submitted.job)
    expectEqual(after.text, before.text, 'the first job afterwards')
    const again = await target.post('ok', { ...options, unique: submitted.unique })
    expectReplayOf(submitted.answer, again, 'the first submission, repeated,')
    return elsewhere === undefined ? 'the profile has only one route to submit to' : unlisted
  },
}

function otherRoute(target: Target): string | undefined {
  const pathOf = (path: string) => new URL(path, target.base).pathname
  const here = pathOf(target.fixture('ok').path)
  const all = target.fixtures().map(({ path }) => path)
  return all.find((path) => pathOf(path) !== here)
}

async function expectRefused(target: Target, answer: Answer, unique: string): Promise<void> {
  expectProblem(answer, 422, 'idempotency-key-reused')
  await expectDocumented(target, answer)
  const said = [...answer.rawHeaders, answer.text].join('\n')
  expect(!said.includes(unique), 'the refusal shows what the first submission had in it')
}

/** In `Link rel="describedby"`, or else the problem's `type`. Addresses of others are not called. */
export async function expectDocumented(target: Target, answer: Answer): Promise<void> {
  const type = answer.json()['type']
  const named = typeof type === 'string' && type !== 'about:blank' ? type : undefined
  const page = linkTo(answer, 'describedby') ?? (named === undefined ? undefined : new URL(named, answer.url))
  expect(page !== undefined, `the ${answer.status} has neither a Link rel="describedby" nor a type`)
  expect(/^https?:$/.test(page.protocol), `the ${answer.status} leads to ${page.href}, which is no web page`)
  if (page.origin !== target.base.origin) return
  const documentation = await target.ask(page, { headers: { Accept: 'text/html' } })
  expect(
    documentation.status === 200 && documentation.text !== '',
    `the documentation of the ${answer.status}, ${page.pathname}, is answered ${documentation.status}`,
  )
}

const respelt: Row = {
  id: 'IDM-07',
  title: 'The same submission spelt otherwise, or with other headers, is a replay',
  level: 'C',
  source: 'IDEM s2.4; X4',
  needs: { feature: 'idempotency' },
  async check(target) {
    const options = keyed(freshKey())
    const { answer, unique } = await submitFirst(target, 'ok', options)
    const { body } = target.fixture('ok', unique)
    const spelt = ` \r\n\t${JSON.stringify(reversed(body), undefined, 3)}\n `
    const respellings: Record<string, SubmitOptions> = {
      'other white space and order': { body: spelt, headers: { 'Content-Type': 'application/json' } },
      'another Prefer': { headers: { Prefer: 'respond-async' } },
      'a traceparent': {
        headers: { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' },
      },
      'another User-Agent': { headers: { 'User-Agent': 'conformance/2' } },
    }
    for (const [what, { headers, ...rest }] of Object.entries(respellings)) {
      const again = { ...rest, unique, headers: { ...headers, ...options.headers } }
      expectReplayOf(answer, await target.post('ok', again), `the same with ${what}`)
    }
  },
}

/** The members of every object in the other order. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed)
  if (typeof value !== 'object' || value === null) return value
  const members = Object.entries(value).toReversed()
  return Object.fromEntries(members.map(([name, member]) => [name, reversed(member)]))
}

const otherCaller: Row = {
  id: 'IDM-08',
  title: 'A key is its caller’s own: another may use the same, and sees nothing of the first',
  level: 'S',
  source: 'IDEM s5',
  needs: { feature: 'idempotency', twoCallers: true },
  async check(target) {
    const options = keyed(freshKey())
    const ours = await submitFirst(target, 'ok', options)
    const theirs = await submitFirst(target, 'ok', { ...options, unique: ours.unique, as: 'b' })
    expect(ours.job.href !== theirs.job.href, `both callers were given ${ours.job.pathname}`)
    const foreign = await target.ask(ours.job, { as: 'b' })
    expectProblem(foreign, 404, 'job-not-found')
    expectProblem(await target.ask(theirs.job), 404, 'job-not-found')
    expect(
      (await target.ask(theirs.job, { as: 'b' })).status < 300,
      'the second caller cannot read its own job',
    )
  },
}

const afterRefusal: Row = {
  id: 'IDM-13',
  title: 'A refused submission leaves its key free',
  level: 'C',
  source: 'X3; STRIPE',
  needs: { feature: 'idempotency', fixtures: ['invalid'] },
  async check(target) {
    const refusals: (readonly [status: number, refuse: (options: SubmitOptions) => Promise<Answer>])[] = [
      [422, (options) => target.post('invalid', options)],
      [
        400,
        ({ headers }) =>
          target.post('ok', { body: '{', headers: { ...headers, 'Content-Type': 'application/json' } }),
      ],
    ]
    const { bad } = target.profile.auth
    if (bad) refusals.push([401, (options) => target.post('ok', { ...options, as: 'bad' })])
    for (const [status, refuse] of refusals) {
      const options = keyed(freshKey())
      expectEqual((await refuse(options)).status, status, 'the status of the refusal')
      await submitFirst(target, 'ok', options)
    }
    return bad ? undefined : 'no refusal for bad credentials: the profile has none'
  },
}

export const reuseRows: readonly Row[] = [somethingElse, respelt, otherCaller, afterRefusal]
