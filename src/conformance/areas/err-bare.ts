/** ERR: answers that have no content, and accidents that must not tell of themselves. */
import { expect, expectEqual } from '../expect.ts'
import { expectNoLeak } from '../leaks.ts'
import { unknownLike } from '../other-job.ts'
import { expectProblem } from '../problem.ts'
import type { Row } from '../row.ts'
import { askOnWire } from '../wire.ts'

const noContent: Row = {
  id: 'ERR-07',
  title: 'HEAD, 204 and 304 have no content, and a 204 no Content-Length',
  level: 'M',
  source: '9110 s9.3.2, s8.6 MUST NOT, s15.4.5',
  async check(target) {
    const { job } = await target.submit('ok')
    await target.ends(job)
    const head = await askOnWire(target, unknownLike(job), 'HEAD')
    expectEqual(head.status, 404, 'the answer to HEAD of an unknown job')
    expectEqual(head.rest.length, 0, 'the length of what follows HEAD of an unknown job')
    if (target.profile.features.includes('conditional')) {
      const unchanged = await askOnWire(target, job, 'GET', { 'If-None-Match': '*' })
      expectEqual(unchanged.status, 304, 'the answer to If-None-Match: *')
      expectEqual(unchanged.rest.length, 0, 'the length of what follows the 304')
    }
    const bare = [await askOnWire(target, job, 'OPTIONS')]
    if (target.profile.features.includes('delete')) {
      bare.push(await askOnWire(target, job, 'DELETE'))
      expectEqual(bare[1]?.status, 204, 'the answer to DELETE')
    }
    for (const { status, headers, rest } of bare.filter((answer) => answer.status === 204)) {
      expectEqual(rest.length, 0, `the length of what follows the ${status}`)
      expectEqual(headers['content-length'], undefined, 'Content-Length of a 204')
      expectEqual(headers['transfer-encoding'], undefined, 'Transfer-Encoding of a 204')
    }
  },
}

const accidents: Row = {
  id: 'ERR-08',
  title: 'An accident inside is a 500 that says nothing of the inside',
  level: 'S',
  source: '9457 s5; API8',
  needs: { fixtures: ['broken'] },
  async check(target) {
    const answers = [await target.post('broken'), await target.post('broken')]
    for (const answer of answers) {
      expectProblem(answer, 500)
      const { detail } = answer.json()
      expect(typeof detail === 'string' && detail !== '', 'the 500 has no detail')
      expectNoLeak(answer.text, 'the 500')
      expectNoLeak(answer.rawHeaders.join('\n').replaceAll('127.0.0.1', ''), 'the header of the 500')
    }
    const [one, other] = answers.map((answer) => answer.json()['detail'])
    expectEqual(other, one, 'the detail of the second accident')
  },
}

export const bareRows: readonly Row[] = [noContent, accidents]
