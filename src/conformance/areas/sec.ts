/** SEC: whom the server calls on behalf of a caller, and what of that it shows. */
import {
  CALLING,
  expectNobody,
  expectNotCalled,
  expectRefused,
  offered,
  strictServer,
  TELLING,
} from '../strict.ts'
import { inLanes } from '../lanes.ts'
import { LOOPBACK_HOSTS, OTHER_PRIVATE_HOSTS } from '../private-hosts.ts'
import type { FixtureName } from '../profile.ts'
import type { Row } from '../row.ts'
import { openTrap } from '../trap.ts'
import { rebinding } from './sec-rebinding.ts'
import { silence } from './sec-silence.ts'

const NEEDS = { strict: true, fixtures: ['told'] } as const

type Asking = readonly [name: FixtureName, url: string]

const urls: Row = {
  id: 'SEC-03',
  title: 'A URL that is plain http, of another scheme, with a user in it or an odd port is refused at once',
  level: 'S',
  source: 'CE webhook s2.1; OWASP API7',
  needs: NEEDS,
  async check(target) {
    const { server, ports } = strictServer(target)
    await using trap = await openTrap(ports)
    const here = `127.0.0.1:${trap.port}`
    const wrong = [
      'file:///etc/passwd',
      `gopher://${here}/_GET`,
      `ftp://${here}/`,
      'javascript:alert(1)',
      'https://user:secret@example.org/',
      'https://user@example.org/',
      `https://example.org@${here}/`,
      ...[22, 25, 6379, 65_535].map((port) => `https://example.org:${port}/`),
    ]
    // What is told is nobody's business on the way; a call may be of what is public anyway.
    const plain = ['http://example.org/', 'http://93.184.215.14/', `http://example.org:${trap.port}/`]
    const asked = [
      ...pairs(offered(server, TELLING), [...wrong, ...plain]),
      ...pairs(offered(server, CALLING), wrong),
    ]
    await inLanes(asked.length, 4, (index) => expectRefused(server, ...(asked[index] as Asking)))
    expectNobody(trap, 'URLs that were refused')
    return `${asked.length} submissions`
  },
}

const hosts: Row = {
  id: 'SEC-04',
  title: 'A private host is not called, however it is written',
  level: 'S',
  source: 'OWASP SSRF',
  needs: NEEDS,
  async check(target) {
    const { server, ports } = strictServer(target)
    await using trap = await openTrap(ports)
    const named = [...LOOPBACK_HOSTS, ...OTHER_PRIVATE_HOSTS].map((host) => `${host}:${trap.port}/hook`)
    const asked = [
      // Where plain http is refused for itself, only https says something about the host.
      ...pairs(
        offered(server, TELLING),
        named.map((at) => `https://${at}`),
      ),
      ...pairs(
        offered(server, CALLING),
        named.map((at) => `http://${at}`),
      ),
    ]
    await inLanes(asked.length, 4, (index) => expectNotCalled(server, ...(asked[index] as Asking), trap))
    expectNobody(trap, 'private hosts')
    return `${asked.length} submissions`
  },
}

export const safetyRows: readonly Row[] = [urls, hosts, rebinding, silence]

function pairs(names: readonly FixtureName[], all: readonly string[]): Asking[] {
  return names.flatMap((name) => all.map((url) => [name, url] as const))
}
