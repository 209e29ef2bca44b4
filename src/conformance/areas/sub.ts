/** SUB: the submission and its 202. */
import { expect, expectEqual } from '../expect.ts'
import { cacheDirectives, linesOf, onlyLineOf, retryAfterOf } from '../header-fields.ts'
import { linksOf } from '../link-header.ts'
import type { Row } from '../row.ts'
import { manyRows } from './sub-many.ts'
import { methodRows } from './sub-methods.ts'

const URI_REFERENCE =
  /^(?:[\w\-.~:/?@!$&'()*+,;=[\]]|%[\dA-F]{2})+(?:#(?:[\w\-.~:/?@!$&'()*+,;=]|%[\dA-F]{2})*)?$/i

const location: Row = {
  id: 'SUB-02',
  title: 'The 202 has one Location, and the job can be read there',
  level: 'S',
  source: '9110 s10.2.2, s15.3.3; OData 11.6; X16',
  async check(target) {
    const { answer, job } = await target.submit('ok')
    const line = onlyLineOf(answer, 'Location')
    expect(URI_REFERENCE.test(line), `Location "${line}" is not a URI-reference`)
    const document = await target.read(job)
    const [id, accepted] = [target.get(document, 'id'), target.get(answer.json(), 'id')]
    expect(
      id !== undefined && id === accepted,
      `Location leads to job ${String(id)}, not ${String(accepted)}`,
    )
  },
}

const retryAfter: Row = {
  id: 'SUB-03',
  title: 'The 202 says in whole seconds, one to sixty, when to ask',
  level: 'S',
  source: '9110 s10.2.3; AZ; seeds',
  async check(target) {
    for (const name of ['ok', 'slow'] as const) {
      if (!target.profile.fixtures[name]) continue
      const seconds = retryAfterOf((await target.submit(name)).answer)
      expect(seconds >= 1 && seconds <= 60, `Retry-After of ${name} is ${seconds}, not 1 to 60`)
    }
  },
}

const document: Row = {
  id: 'SUB-04',
  title: 'The 202 describes the job: its id, that it is not done, and where it is',
  level: 'S',
  source: '9110 s15.3.3; AZ lro-returns-status-monitor',
  needs: { fixtures: ['slow'] },
  async check(target) {
    const { answer, job } = await target.submit('slow')
    const accepted = answer.json()
    const id = target.get(accepted, 'id')
    expect(typeof id === 'string' && id !== '', `the id is ${JSON.stringify(id)}, not a word`)
    const status = target.statusOf(accepted)
    expect(
      status === 'pending' || status === 'running',
      `the status is ${JSON.stringify(target.get(accepted, 'status'))}, neither pending nor running`,
    )
    expectEqual(target.get(accepted, 'done'), false, 'done')
    expectEqual(target.link(accepted, 'self', answer.url).href, job.href, 'links.self, resolved,')
  },
}

const content: Row = {
  id: 'SUB-05',
  title: 'The 202 holds JSON, and says that it is the job found at Location',
  level: 'C',
  source: '9110 s8.3, s8.7; X16',
  async check(target) {
    const { answer } = await target.submit('ok')
    expectEqual(onlyLineOf(answer, 'Content-Type'), 'application/json', 'Content-Type')
    expectEqual(onlyLineOf(answer, 'Content-Location'), onlyLineOf(answer, 'Location'), 'Content-Location')
    answer.json()
  },
}

const caching: Row = {
  id: 'SUB-06',
  title: 'The 202 is not to be stored, and claims no freshness',
  level: 'C',
  source: '9110 s15.1, s9.3.3; 9111 s3, s5.2.2.5; X17',
  async check(target) {
    const { answer } = await target.submit('ok')
    const directives = cacheDirectives(answer)
    const said = answer.headers['cache-control']
    expect(directives.has('no-store'), `Cache-Control is ${said ?? 'absent'}, without no-store`)
    for (const name of ['max-age', 's-maxage'])
      expect(Number(directives.get(name) ?? 0) === 0, `Cache-Control is ${said}, with a ${name} above 0`)
    expectEqual(linesOf(answer, 'Expires'), [], 'Expires')
  },
}

const validators: Row = {
  id: 'SUB-07',
  title: 'The 202 has no validators, which would be those of the resource posted to',
  level: 'C',
  source: '9110 s8.8',
  async check(target) {
    const { answer } = await target.submit('ok')
    for (const name of ['ETag', 'Last-Modified']) expectEqual(linesOf(answer, name), [], name)
  },
}

const monitorLink: Row = {
  id: 'SUB-08',
  title: 'The 202 links to the job as its monitor, each link with exactly one rel',
  level: 'C',
  source: '8288 s3.3; OGC rec job-links',
  async check(target) {
    const { answer, job } = await target.submit('ok')
    const links = linksOf(answer)
    for (const { target: to, params } of links) {
      const rels = params.filter(([name]) => name === 'rel')
      expect(rels.length === 1, `the link to ${to.pathname} has ${rels.length} rel, not one`)
    }
    const monitors = links.filter(({ rels }) => rels.includes('monitor'))
    expectEqual(
      monitors.map(({ target: to }) => to.href),
      [job.href],
      'what Link names as monitor',
    )
  },
}

export const submissionRows: readonly Row[] = [
  location,
  retryAfter,
  document,
  content,
  caching,
  validators,
  monitorLink,
  ...manyRows,
  ...methodRows,
]
