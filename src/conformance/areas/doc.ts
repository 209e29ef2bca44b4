/** DOC: the description of the API, and how what is on its way out is marked. */
import { describedApi } from '../api-description.ts'
import type { Answer } from '../exchange.ts'
import { expect, expectEqual } from '../expect.ts'
import { onlyLineOf } from '../header-fields.ts'
import { isImfFixdate } from '../http-date.ts'
import { linkTo } from '../link-header.ts'
import { openApiFlaws } from '../openapi/flaws.ts'
import type { Row } from '../row.ts'
import type { Target } from '../target.ts'
import { linksRow } from './doc-links.ts'
import { compare, summaryOf } from './doc-seen.ts'

const complete: Row = {
  id: 'DOC-01',
  title: 'The OpenAPI document is valid, and has every status and header that was seen',
  level: 'S',
  source: 'OAS Responses Object',
  needs: { feature: 'openapi' },
  when: 'last',
  async check(target) {
    const api = await describedApi(target)
    const flaws = openApiFlaws(api)
    expect(flaws.length === 0, `${flaws.length} flaws, such as: ${flaws.slice(0, 5).join('; ')}`)
    await beSeen(target)
    const { undocumented, compared } = compare(target, api)
    expect(undocumented.length === 0, `not documented: ${summaryOf(undocumented)}`)
    return `${compared.size} kinds of answer to documented operations`
  },
}

const discovery: Row = {
  id: 'DOC-03',
  title: 'Answers lead to the description, and there is a page to read it',
  level: 'C',
  source: '8631',
  needs: { feature: 'openapi' },
  async check(target) {
    const { root, openapi, docs } = target.profile.paths
    const { answer: submission, job } = await target.submit('ok')
    const answers = [await target.ask(root), submission, await target.poll(job)]
    const description = answers
      .map((answer) => linkTo(answer, 'service-desc'))
      .find((link) => link !== undefined)
    expect(
      description !== undefined,
      'neither root, a 202 nor a job document has a Link with rel="service-desc"',
    )
    expectEqual(description.href, new URL(openapi, target.base).href, 'where rel="service-desc" leads')
    const { openapi: version } = await describedApi(target)
    expect(typeof version === 'string', `${openapi} is no OpenAPI document`)
    await expectPage(target, new URL(docs, target.base))
  },
}

const deprecated: Row = {
  id: 'DOC-04',
  title: 'What is deprecated says since when, until when and why, and works as ever',
  level: 'M',
  source: '9745 s2.1, s4; 8594 s3',
  needs: { fixtures: ['deprecated'] },
  async check(target) {
    const { answer, job } = await target.submit('deprecated')
    const since = onlyLineOf(answer, 'Deprecation')
    expect(/^@-?\d{1,15}$/.test(since), `Deprecation is "${since}", not a date such as @1767225600`)
    const sunset = onlyLineOf(answer, 'Sunset')
    expect(isImfFixdate(sunset), `Sunset is "${sunset}", not an IMF-fixdate`)
    const [from, to] = [Number(since.slice(1)) * 1000, Date.parse(sunset)]
    expect(to >= from, `Sunset ${sunset} is before the deprecation, ${new Date(from).toUTCString()}`)
    expect(linkTo(answer, 'deprecation') !== undefined, 'there is no Link with rel="deprecation"')
    const current = await target.submit('ok')
    for (const name of ['deprecation', 'sunset'])
      expectEqual(current.answer.headers[name], undefined, `${name} of what is not deprecated`)
    // As ever: all that any 202 has, and the work is done.
    const lacking = Object.keys(current.answer.headers).filter((name) => answer.headers[name] === undefined)
    expectEqual(lacking, [], 'the headers it lacks')
    const members = (of: Answer) => Object.keys(of.json()).toSorted()
    expectEqual(members(answer), members(current.answer), 'the members of its document')
    expect(linkTo(answer, 'monitor') !== undefined, 'there is no Link with rel="monitor"')
    await target.reaches(job, 'completed')
  },
}

export const docRows: readonly Row[] = [complete, linksRow, discovery, deprecated]

/** The least there is to see, also where no other row was run. */
async function beSeen(target: Target): Promise<void> {
  const { job } = await target.submit('ok')
  await target.ends(job)
  const { list, live, ready, overview } = target.profile.paths
  await target.ask(job, { method: 'HEAD' })
  if (target.profile.features.includes('list')) await target.ask(list)
  if (target.profile.features.includes('health'))
    for (const path of [live, ready, overview]) await target.ask(path)
}

/** With all it is made of: a page without its scripts is a blank one. */
async function expectPage(target: Target, url: URL): Promise<void> {
  const page = await target.ask(url, { headers: { Accept: 'text/html' } })
  expectEqual(page.status, 200, `the status of ${url.pathname}`)
  expectEqual(page.headers['content-type']?.split(';')[0], 'text/html', `the Content-Type of ${url.pathname}`)
  expect(/<(?:body|div|main|redoc)\b/i.test(page.text), `${url.pathname} has nothing in it`)
  for (const part of partsOf(page)) {
    const { status } = await target.ask(part)
    expectEqual(status, 200, `the status of ${part.pathname}, which ${url.pathname} is made of,`)
  }
}

function partsOf({ url, text }: Answer): URL[] {
  const found = text.matchAll(/<(?:script\b[^>]*\bsrc|link\b[^>]*\bhref)\s*=\s*["']([^"']+)["']/gi)
  const parts = [...found].map((match) => new URL(match[1] ?? '', url))
  return parts.filter(({ origin }) => origin === url.origin)
}
