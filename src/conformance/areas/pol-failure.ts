/** POL: what is said of a job that failed, and what is not. */
import { expect, expectEqual } from '../expect.ts'
import { mediaTypeOf } from '../header-fields.ts'
import { expectNoLeak } from '../leaks.ts'
import { lifeOf, pollOnce } from '../life.ts'
import type { Row } from '../row.ts'
import type { Document, Target } from '../target.ts'

const failure: Row = {
  id: 'POL-06',
  title: 'A job that failed is a 200 whose error says what happened and whether to try again',
  level: 'C',
  source: 'AIP-151 errors; AZ; 9457 s3.1.2; X9',
  needs: { fixtures: ['fail'] },
  async check(target) {
    const { last } = await lifeOf(target, 'fail')
    const again = await target.submit('fail')
    await target.ends(again.job)
    const second = await pollOnce(target, again.job)
    for (const { answer, status, document } of [last, second]) {
      expectEqual(answer.status, 200, 'the answer to a poll of a failed job')
      expectEqual(mediaTypeOf(answer), 'application/json', 'Content-Type of a failed job')
      expectEqual(status, 'failed', 'the end of fail')
      expectEqual(target.get(document, 'result'), undefined, 'result of a failed job')
      expectExplained(errorOf(target, document))
    }
    for (const name of ['type', 'title', 'code', 'retryable'])
      expectEqual(
        errorOf(target, second.document)[name],
        errorOf(target, last.document)[name],
        `${name} of the second failure of the same kind`,
      )
  },
}

function errorOf(target: Target, document: Document): Document {
  const error = target.get(document, 'error')
  expect(typeof error === 'object' && error !== null, 'a failed job has no error')
  return error as Document
}

function expectExplained(error: Document): void {
  for (const name of ['type', 'title', 'detail', 'code'])
    expect(
      typeof error[name] === 'string' && error[name] !== '',
      `the error has no ${name}: ${JSON.stringify(error)}`,
    )
  expectEqual(typeof error['retryable'], 'boolean', 'the type of retryable in the error')
  // It would have to be the status of the answer (RFC 9457 §3.1.2), and that is 200.
  expect(typeof error['status'] !== 'number', `the error has the status ${String(error['status'])}`)
}

const noLeak: Row = {
  id: 'POL-07',
  title: 'What a task threw by accident shows neither its stack nor SQL nor a path',
  level: 'S',
  source: '9457 s5; API8',
  needs: { fixtures: ['leak'] },
  async check(target) {
    const { submitted, polls, last } = await lifeOf(target, 'leak')
    expectEqual(last.status, 'failed', 'the end of leak')
    errorOf(target, last.document)
    for (const { answer } of polls) expectNoLeak(answer.text, 'the job document')
    let streams = 0
    for (const [name, address] of linksOf(target, last.document, submitted.job)) {
      const answer = await target.ask(address, {
        headers: { Accept: 'text/event-stream, application/json' },
        signal: AbortSignal.timeout(10_000),
      })
      expectNoLeak(answer.text, `what is found at the link ${name}`)
      if (mediaTypeOf(answer) === 'text/event-stream' && answer.text.includes('data:')) streams++
    }
    // An empty one would give nothing away either.
    const expected = target.profile.features.includes('sse') ? 1 : 0
    expectEqual(streams, expected, 'the number of event streams with data that a failed job has')
  },
}

/** All there are, also those the profile does not name. */
function linksOf(target: Target, document: Document, job: URL): [string, URL][] {
  const member = target.profile.pointers.self.split('/')[1] ?? ''
  const links: unknown = document[member]
  expect(typeof links === 'object' && links !== null, `the document has no object "${member}"`)
  return Object.entries(links).map(([name, address]) => [name, new URL(String(address), job)])
}

export const failureRows: readonly Row[] = [failure, noLeak]
