/** SEC: names that lead somewhere else when they are asked for again. */
import { randomUUID } from 'node:crypto'
import { skip } from '../expect.ts'
import type { FixtureName } from '../profile.ts'
import type { Row } from '../row.ts'
import { CALLING, expectNobody, offered, strictServer, TELLING, triedCall } from '../strict.ts'
import type { Target } from '../target.ts'
import { openTrap, type Trap } from '../trap.ts'

/** A turning name is public the first time, and private the second. */
const ATTEMPTS = 2

export const rebinding: Row = {
  id: 'SEC-05',
  title:
    'A name with a private address beside a public one, or one after the other, leads to no private call',
  level: 'S',
  source: 'OWASP SSRF',
  needs: { strict: true, fixtures: ['told'] },
  async check(target) {
    const { server, ports, names } = strictServer(target)
    if (!names)
      skip('the profile has no names whose addresses change; acceptd has test/outbound/rebinding.test.ts')
    await using trap = await openTrap(ports)
    const asked = [
      ...offered(server, TELLING).map((name) => [name, 'https'] as const),
      ...offered(server, CALLING).map((name) => [name, 'http'] as const),
    ]
    await Promise.all(
      [names.mixed, names.turned].flatMap((template) =>
        asked.map(([name, scheme]) => {
          const host = template.replaceAll('{{unique}}', randomUUID())
          return expectNoCall(server, name, `${scheme}://${host}:${trap.port}/`, trap)
        }),
      ),
    )
    expectNobody(trap, 'names with a private address')
  },
}

async function expectNoCall(server: Target, name: FixtureName, url: string, trap: Trap): Promise<void> {
  const answer = await server.post(name, { receiver: url })
  if (answer.status !== 202) return
  await triedCall(server, name, { job: server.locationOf(answer) }, ATTEMPTS)
  expectNobody(trap, `${name} with ${url}`)
}
