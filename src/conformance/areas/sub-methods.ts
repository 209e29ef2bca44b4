/** SUB: hosts that a client claims, and methods other than POST. */
import type { Answer } from '../exchange.ts'
import { expect, expectEqual } from '../expect.ts'
import { onlyLineOf } from '../header-fields.ts'
import { expectProblem } from '../problem.ts'
import type { Row } from '../row.ts'

const CLAIMED = 'evil.example'

const claimedHost: Row = {
  id: 'SUB-12',
  title: 'A host that the client claims in X-Forwarded-Host or Forwarded comes back nowhere',
  level: 'C',
  source: 'X16; API8',
  async check(target) {
    const claims: Record<string, string>[] = [
      { 'X-Forwarded-Host': CLAIMED, 'X-Forwarded-Proto': 'https' },
      { Forwarded: `host=${CLAIMED}` },
    ]
    for (const headers of claims) {
      const { answer, job } = await target.submit('ok', { headers })
      // Before it is followed.
      expectUnclaimed(answer, headers)
      expectUnclaimed(await target.ask(job, { headers }), headers)
    }
  },
}

function expectUnclaimed(answer: Answer, claim: Record<string, string>): void {
  const said = [...answer.rawHeaders, answer.text].join('\n').toLowerCase()
  const where = `${answer.method} ${answer.url.pathname} with ${Object.keys(claim)[0]}`
  expect(!said.includes(CLAIMED), `${where} answers with ${CLAIMED} in it`)
}

const KNOWN = ['PUT', 'PATCH', 'DELETE', 'GET'] as const

const methods: Row = {
  id: 'SUB-13',
  title: 'OPTIONS says which methods there are, and any other is answered 405 with the same list',
  level: 'M',
  source: '9110 s9.3.7, s15.5.6',
  async check(target) {
    const { path } = target.fixture('ok')
    const options = await target.ask(path, { method: 'OPTIONS' })
    expect([200, 204].includes(options.status), `OPTIONS ${path} answered ${options.status}, not 200 or 204`)
    const allowed = allowedBy(options)
    expect(allowed.includes('POST'), `Allow of ${path} is ${allowed.join(', ')}, without POST`)
    const method = KNOWN.find((known) => !allowed.includes(known))
    expect(method !== undefined, `Allow of ${path} names every method: ${allowed.join(', ')}`)
    const refused = await target.ask(path, { method })
    expectProblem(refused, 405, 'method-not-allowed')
    expectEqual(allowedBy(refused), allowed, `Allow of the 405 to ${method} ${path}`)
  },
}

function allowedBy(answer: Answer): string[] {
  const methodNames = onlyLineOf(answer, 'Allow').split(',')
  return methodNames.map((name) => name.trim()).toSorted()
}

export const methodRows: readonly Row[] = [claimedHost, methods]
