/** RES: results. */
import { dereference, describedApi, operationFor } from '../api-description.ts'
import { etagOf, expectNotModified } from '../entity-tag.ts'
import type { Answer } from '../exchange.ts'
import { expect, expectEqual } from '../expect.ts'
import { mediaTypeOf, retryAfterOf } from '../header-fields.ts'
import { lifeOf } from '../life.ts'
import { expectProblem } from '../problem.ts'
import type { Row } from '../row.ts'
import type { Target } from '../target.ts'

const available: Row = {
  id: 'RES-01',
  title: 'A result is there in its own media type, with an ETag that is honoured',
  level: 'S',
  source: 'OGC job-results; 9110 s15.3.1',
  needs: { feature: 'result' },
  async check(target) {
    const { submitted, last } = await lifeOf(target, 'ok')
    const address = target.link(last.document, 'resultLink', submitted.job)
    const result = await target.ask(address)
    expectEqual(result.status, 200, 'the answer to GET of a result')
    expect(result.bytes.length > 0, 'the result is empty')
    const mediaType = result.headers['content-type'] ?? ''
    expect(/^[\w!#$&^.+-]+\/[\w!#$&^.+-]+(;|$)/.test(mediaType), `Content-Type is "${mediaType}"`)
    if (target.profile.features.includes('openapi')) await expectDocumented(target, result)
    const inline = target.get(last.document, 'result')
    if (/[/+]json\b/.test(mediaType)) {
      const value: unknown = JSON.parse(result.text)
      if (inline !== undefined) expectEqual(value, inline, 'the result, beside that in the document,')
    }
    const tag = etagOf(result, 'the result')
    const again = await target.ask(address, { headers: { 'If-None-Match': tag } })
    expectNotModified(again, result, 'GET of the result with its ETag')
    const other = await target.ask(address, { headers: { 'If-None-Match': '"nothing"' } })
    expectEqual(other.status, 200, 'the answer to an ETag the result never had')
    return mediaType
  },
}

async function expectDocumented(target: Target, result: Answer): Promise<void> {
  const api = await describedApi(target)
  const described = operationFor(api, 'GET', result.url)
  const responses = dereference(api, described?.operation['responses'])
  const content = dereference(api, dereference(api, responses['200'])['content'])
  const mediaType = mediaTypeOf(result) ?? ''
  const ranges = ['*/*', mediaType.replace(/\/.*/, '/*'), mediaType]
  expect(
    ranges.some((range) => range in content),
    `the result is ${mediaType}; the description of ${described?.path} has ${Object.keys(content).join(', ') || 'no media type'}`,
  )
}

const notAvailable: Row = {
  id: 'RES-02',
  title: 'Where there is no result, a 404 says whether there may be one later',
  level: 'C',
  source: 'OGC results-not-ready, results-not-available SHALL 404; X10',
  needs: { fixtures: ['slow', 'fail'], feature: 'result' },
  async check(target) {
    const running = await target.submit('slow')
    await target.reaches(running.job, 'running')
    const early = await resultOf(target, running.job)
    expectProblem(early, 404, 'result-not-ready')
    expect(retryAfterOf(early) >= 1, 'Retry-After of result-not-ready is 0')
    expectNamed(early, running.job)

    const failed = await lifeOf(target, 'fail')
    const jobs = [failed.submitted.job]
    if (target.profile.features.includes('cancel')) {
      await target.cancel(running.job)
      await target.ends(running.job)
      jobs.push(running.job)
    }
    for (const job of jobs) {
      const never = await resultOf(target, job)
      expectProblem(never, 404, 'result-not-available')
      expectEqual(never.headers['retry-after'], undefined, 'Retry-After where there will be no result')
      expectNamed(never, job)
    }
  },
}

async function resultOf(target: Target, job: URL): Promise<Answer> {
  return target.ask(target.link(await target.read(job), 'resultLink', job))
}

function expectNamed(problem: Answer, job: URL): void {
  const link = problem.json()['job']
  expect(typeof link === 'string', `the problem names no job: ${problem.text}`)
  expectEqual(new URL(link, problem.url).href, job.href, 'the job that the problem names')
}

const neverElsewhere: Row = {
  id: 'RES-03',
  title: 'The address of a job never redirects, though its result is elsewhere',
  level: 'C',
  source: 'X8',
  async check(target) {
    const { submitted, polls } = await lifeOf(target, 'ok')
    for (const { answer } of polls) expectEqual(answer.status, 200, 'the answer to a poll of ok')
    for (const method of ['GET', 'HEAD'])
      for (const accept of ['application/json', '*/*', 'text/html, */*;q=0.1']) {
        const { status } = await target.ask(submitted.job, { method, headers: { Accept: accept } })
        expectEqual(status, 200, `the answer to ${method} of a completed job with Accept: ${accept}`)
      }
  },
}

const large: Row = {
  id: 'RES-04',
  title: 'A large result is only at its own address; where ranges are offered they work',
  level: 'C',
  source: 'X8; 9110 s14.2, s14.3',
  needs: { fixtures: ['big'], feature: 'result' },
  async check(target) {
    const { job } = await target.submit('big')
    const document = await target.reaches(job, 'completed')
    expectEqual(target.get(document, 'result'), undefined, 'the result in the document of big')
    const address = target.link(document, 'resultLink', job)
    const whole = await target.ask(address)
    expectEqual(whole.status, 200, 'the answer to GET of a large result')
    const { inlineResultBytes } = target.profile.limits
    expect(
      whole.bytes.length > inlineResultBytes,
      `the result of big has ${whole.bytes.length} bytes, not more than ${inlineResultBytes}`,
    )
    const part = await target.ask(address, { headers: { Range: 'bytes=10-19' } })
    if (whole.headers['accept-ranges'] !== 'bytes') {
      expectEqual(part.status, 200, 'the answer to a Range where none are offered')
      expect(part.bytes.equals(whole.bytes), 'the 200 to a Range is not the whole result')
      return 'no ranges are offered'
    }
    expectEqual(part.status, 206, 'the answer to a Range')
    expectEqual(part.headers['content-range'], `bytes 10-19/${whole.bytes.length}`, 'Content-Range')
    expect(part.bytes.equals(whole.bytes.subarray(10, 20)), 'the part is not that of the whole')
    expectEqual(etagOf(part, 'the part'), etagOf(whole, 'the result'), 'the ETag of the part')
    return 'ranges are offered'
  },
}

const hostileName: Row = {
  id: 'RES-05',
  title: 'A file is downloaded under a name that can do no harm, and its type is not guessed',
  level: 'S',
  source: 'File Upload cheat sheet; REST-CS',
  needs: { fixtures: ['file'], feature: 'result' },
  async check(target) {
    const { job } = await target.submit('file')
    const document = await target.reaches(job, 'completed')
    const result = await target.ask(target.link(document, 'resultLink', job))
    expectEqual(result.status, 200, 'the answer to GET of a file')
    expect(result.bytes.length > 0, 'the file is empty')
    expectEqual(result.headers['x-content-type-options'], 'nosniff', 'X-Content-Type-Options')
    const disposition = result.headers['content-disposition'] ?? ''
    expect(/^attachment\s*(;|$)/i.test(disposition), `Content-Disposition is "${disposition}"`)
    const names = namesIn(disposition)
    expect(names.length > 0, `Content-Disposition has no filename: ${disposition}`)
    for (const name of names)
      // A separator, a control character, or a leading dot: a folder above, or a file that is not shown.
      expect(
        // oxlint-disable-next-line no-control-regex -- it is these that must not be there
        name !== '' && !/[/\\\u0000-\u001F\u007F]|^\.|^~/.test(name),
        `Content-Disposition names ${JSON.stringify(name)}`,
      )
    return disposition
  },
}

/** Of `filename` and `filename*` (RFC 6266 §4.3), as a browser reads them. */
function namesIn(disposition: string): string[] {
  const names: string[] = []
  const parameters = /;\s*(filename\*?)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;\s]*))/gi
  for (const [, parameter = '', quoted, token = ''] of disposition.matchAll(parameters)) {
    const value = quoted?.replaceAll(/\\(.)/g, '$1') ?? token
    const extended = parameter.endsWith('*')
    // Browsers decode percent signs in either.
    names.push(decodeURIComponent(extended ? value.replace(/^[^']*'[^']*'/, '') : value))
  }
  return names
}

export const resultRows: readonly Row[] = [available, notAvailable, neverElsewhere, large, hostileName]
