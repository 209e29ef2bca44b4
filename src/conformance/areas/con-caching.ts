/** CON: what caches may make of an answer. */
import { gunzipSync } from 'node:zlib'
import { etagOf, expectNotModified } from '../entity-tag.ts'
import { allErrors } from '../error-matrix.ts'
import type { Answer } from '../exchange.ts'
import { expect, expectEqual } from '../expect.ts'
import { cacheDirectives } from '../header-fields.ts'
import { completedJob } from '../life.ts'
import type { Row } from '../row.ts'

const revalidated: Row = {
  id: 'CON-07',
  title: 'A job document may be stored by nobody but its reader, and never used unasked',
  level: 'C',
  source: '9111 s5.2.2.4, s5.2.2.7, s3.5; X17',
  async check(target) {
    const ended = await completedJob(target)
    const answers = [await target.ask(ended), await target.ask(ended, { method: 'HEAD' })]
    if (target.profile.fixtures.idle) answers.push(await target.ask((await target.submit('idle')).job))
    for (const answer of answers) {
      const directives = cacheDirectives(answer)
      const what = `Cache-Control of ${answer.method} is "${answer.headers['cache-control']}"`
      const kept = directives.has('private') && directives.has('no-cache')
      expect(kept || directives.has('no-store'), `${what}, neither private, no-cache nor no-store`)
      for (const name of ['public', 'immutable']) expect(!directives.has(name), what)
      for (const name of ['max-age', 's-maxage'])
        expect(Number(directives.get(name) ?? 0) === 0, `${what}: caches may answer in the server's place`)
      expectEqual(answer.headers['expires'], undefined, 'Expires of a job document')
    }
  },
}

// Those a cache may keep although nothing says so, and those that must not be kept.
const NEVER_STORED = new Set([404, 405, 410, 414, 428, 429, 501])

const errorsNotStored: Row = {
  id: 'CON-08',
  title: 'No refusal is stored that a cache would keep by itself',
  level: 'M',
  source:
    '6585 s3, s4 MUST NOT be stored (428, 429); 9110 s15.1 (the others are heuristically cacheable); X17',
  when: 'last',
  async check(target) {
    const errors = (await allErrors(target)).filter(({ status }) => NEVER_STORED.has(status))
    for (const answer of errors)
      expect(
        cacheDirectives(answer).has('no-store'),
        `${answer.method} ${answer.url.pathname} (${answer.status}) has Cache-Control: ${answer.headers['cache-control']}, not no-store`,
      )
    const seen = [...new Set(errors.map(({ status }) => status))].toSorted((a, b) => a - b)
    for (const status of [404, 405, ...(target.profile.features.includes('delete') ? [410] : [])])
      expect(seen.includes(status), `no ${status} was seen`)
    return `${errors.length} answers: ${seen.join(', ')}`
  },
}

const codings: Row = {
  id: 'CON-09',
  title: 'Another coding is another representation: its own ETag, and Vary on both',
  level: 'M',
  source: '9110 s8.8.1, s8.8.3.3; s12.5.5 SHOULD',
  needs: { fixtures: ['big'], feature: 'result' },
  async check(target) {
    const { job } = await target.submit('big')
    const result = target.link(await target.reaches(job, 'completed'), 'resultLink', job)
    const plain = await target.ask(result, { headers: { 'Accept-Encoding': 'identity' } })
    const zipped = await target.ask(result, { headers: { 'Accept-Encoding': 'gzip' } })
    expectEqual(plain.headers['content-encoding'], undefined, 'Content-Encoding where identity was asked for')
    for (const answer of [plain, zipped]) {
      expectEqual(answer.status, 200, 'the answer to GET of a large result')
      expectVaries(answer)
    }
    const document = await target.ask(job, { headers: { 'Accept-Encoding': 'gzip' } })
    if (document.headers['content-encoding'] !== undefined) expectVaries(document)
    if (zipped.headers['content-encoding'] === undefined) return 'no coding is offered'
    expectEqual(zipped.headers['content-encoding'], 'gzip', 'Content-Encoding where gzip was asked for')
    expect(gunzipSync(zipped.bytes).equals(plain.bytes), 'the gzip coding holds something else')
    const [one, other] = [etagOf(plain, 'the result'), etagOf(zipped, 'the result in gzip')]
    expect(one !== other || one.startsWith('W/'), `both codings have the strong ETag ${one}`)
    const again = await target.ask(result, {
      headers: { 'Accept-Encoding': 'gzip', 'If-None-Match': other },
    })
    expectNotModified(again, zipped, 'GET of the result with the ETag of its gzip coding')
    return `${plain.bytes.length} bytes, ${zipped.bytes.length} in gzip`
  },
}

function expectVaries({ url, headers }: Answer): void {
  const vary = headers['vary'] ?? ''
  const names = new Set(vary.split(',').map((name) => name.trim().toLowerCase()))
  expect(
    names.has('accept-encoding') || names.has('*'),
    `Vary of ${url.pathname} is "${vary}", without Accept-Encoding`,
  )
}

export const cachingRows: readonly Row[] = [revalidated, errorsNotStored, codings]
