/** VAL: validation and negotiation, before anything is accepted. */
import type { Answer } from '../exchange.ts'
import { expect } from '../expect.ts'
import { expectJobsMade } from '../jobs-made.ts'
import { withLastSegment } from '../other-job.ts'
import { expectProblem } from '../problem.ts'
import type { Row } from '../row.ts'
import type { Target } from '../target.ts'
import { bodyRows } from './val-bodies.ts'

const JSON_TYPE = { 'Content-Type': 'application/json' }

const malformed: Row = {
  id: 'VAL-01',
  title: 'A body that is not JSON is malformed, not invalid: 400',
  level: 'C',
  source: '9110 s15.5.1; X12',
  async check(target) {
    for (const body of ['{"a":', '{"a":1}}', "{'a':1}"])
      expectProblem(await target.post('ok', { body, headers: JSON_TYPE }), 400, 'malformed-body')
  },
}

const invalid: Row = {
  id: 'VAL-02',
  title: 'A body that breaks two rules is told both, each with the place in the body',
  level: 'S',
  source: '9110 s15.5.21; 9457 s3; AZ lro-valid-inputs-synchronously',
  needs: { fixtures: ['invalid'] },
  async check(target) {
    const { body, unique } = target.fixture('invalid')
    const answer = await target.post('invalid', { unique })
    expectProblem(answer, 422, 'validation-error')
    const errors: unknown = answer.json()['errors']
    expect(Array.isArray(errors), `errors is ${JSON.stringify(errors)}, not a list`)
    expect(
      errors.length >= 2,
      `errors has ${errors.length} entries, not 2 or more: ${JSON.stringify(errors)}`,
    )
    for (const error of errors as { detail?: unknown; pointer?: unknown }[]) {
      const said = JSON.stringify(error)
      expect(typeof error.detail === 'string' && error.detail !== '', `${said} has no detail`)
      expect(typeof error.pointer === 'string', `${said} has no pointer`)
      expect(
        pointsInto(body, error.pointer),
        `pointer ${error.pointer} leads nowhere in ${JSON.stringify(body)}`,
      )
    }
  },
}

/** Whether a JSON Pointer in its fragment form (RFC 6901 §6) leads to something. */
function pointsInto(body: unknown, pointer: string): boolean {
  if (!/^#(?:\/|$)/.test(pointer)) return false
  let at = body
  for (const step of decodeURIComponent(pointer).split('/').slice(1)) {
    const key = step.replaceAll('~1', '/').replaceAll('~0', '~')
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, key)) return false
    at = (at as Record<string, unknown>)[key]
  }
  return true
}

const mediaTypes: Row = {
  id: 'VAL-03',
  title: 'A media type or coding that is not taken is answered 415, with those that are',
  level: 'S',
  source: '9110 s15.5.16, s8.4',
  async check(target) {
    const body = JSON.stringify(target.fixture('ok').body)
    const refuse = async (headers: Record<string, string>): Promise<Answer> => {
      const answer = await target.post('ok', { body, headers })
      expectProblem(answer, 415, 'unsupported-media-type')
      return answer
    }
    for (const type of ['text/plain', '']) {
      const { accept = '' } = (await refuse({ 'Content-Type': type })).headers
      const names = accept.split(',').map((name) => name.trim())
      expect(
        names.includes('application/json'),
        `the 415 to Content-Type "${type}" has Accept "${accept}", without application/json`,
      )
    }
    const coded = await refuse({ ...JSON_TYPE, 'Content-Encoding': 'x-unknown' })
    expect(coded.headers['accept-encoding'], 'the 415 to an unknown coding has no Accept-Encoding')
  },
}

const accepted: Row = {
  id: 'VAL-04',
  title: 'Every spelling of JSON in Content-Type and Accept is taken',
  level: 'M',
  source: '9110 s8.3.1, s12.4.1, s12.5.1',
  async check(target) {
    await target.submit('ok', { headers: { 'Content-Type': 'Application/JSON; charset=utf-8' } })
    for (const accept of ['*/*', 'application/*', 'application/json;q=0.1', ''])
      await target.submit('ok', { headers: { Accept: accept } })
  },
}

const unacceptable: Row = {
  id: 'VAL-06',
  title: 'What can only be answered in XML is refused before a job is made of it',
  level: 'C',
  source: '9110 s15.5.7, s12.4.1',
  when: 'alone',
  check: (target) =>
    expectJobsMade(target, 0, 'a submission with Accept: application/xml', async () => {
      const answer = await target.post('ok', { headers: { Accept: 'application/xml' } })
      expectProblem(answer, 406, 'not-acceptable')
    }),
}

const unknownHeaders: Row = {
  id: 'VAL-07',
  title: 'Request headers that the server does not know do no harm',
  level: 'S',
  source: '9110 s5.1; AZ http-allow-unrecognized-headers',
  async check(target) {
    await target.submit('ok', {
      headers: {
        'X-Foo': 'bar',
        'Repeatability-Request-ID': '7c2d8ad8-1c0b-4f7e-9a07-0b1a6c2f5a10',
        baggage: 'userId=alice,serverNode=DF%2028',
      },
    })
  },
}

/** Values that no server would come to by itself. */
const CLAIMED = {
  status: 'completed',
  id: '00000000-0000-4000-8000-000000000000',
  ownerId: 'somebody-else',
  attempt: 99,
}

const claimedMembers: Row = {
  id: 'VAL-09',
  title: 'Members of the job that a client sends along are refused or have no effect',
  level: 'S',
  source: 'API3',
  async check(target) {
    for (const name of ['ok', 'idle'] as const) {
      const body = target.profile.fixtures[name]?.body
      if (typeof body !== 'object' || body === null) continue
      const answer = await target.post(name, { body: { ...body, ...CLAIMED } })
      if (answer.status === 202) await expectNoEffect(target, answer)
      else expectProblem(answer, 422, 'validation-error')
    }
  },
}

async function expectNoEffect(target: Target, answer: Answer): Promise<void> {
  expect(target.statusOf(answer.json()) !== 'completed', 'the job has the status the client claimed')
  for (const document of [answer.json(), await target.read(target.locationOf(answer))]) {
    expect(target.get(document, 'id') !== CLAIMED.id, 'the job has the id the client claimed')
    expect(target.get(document, 'attempt') !== CLAIMED.attempt, 'the job has the attempt the client claimed')
    const claimsOwner = document['ownerId'] === CLAIMED.ownerId
    expect(!claimsOwner, 'the job has the owner the client claimed')
  }
}

const addresses: Row = {
  id: 'VAL-10',
  title: 'A parameter or a path that makes no sense is a mistake of the client: never 500',
  level: 'S',
  source: 'AZ http-parameter-validation; OGC invalid-query-parameter-value',
  async check(target) {
    const { job } = await target.submit('ok')
    const undecodable = withLastSegment(job, '%E0%A4%A')
    const answer = await target.ask(undecodable, { rawPath: undecodable.pathname })
    expectProblem(answer, [400, 404])
    if (!target.profile.features.includes('list')) return 'the list was not asked: not in the profile'
    const list = new URL(target.profile.paths.list, target.base)
    list.searchParams.set('limit', 'abc')
    expectProblem(await target.ask(list), 400, 'invalid-parameter')
    return undefined
  },
}

export const validationRows: readonly Row[] = [
  malformed,
  invalid,
  mediaTypes,
  accepted,
  unacceptable,
  unknownHeaders,
  claimedMembers,
  addresses,
  ...bodyRows,
]
