/** Whom a server does not call that may call the public internet only: either it refuses the work, or it calls nobody. */
import { becomes, deliveriesOf, isTried } from './deliveries.ts'
import type { Answer } from './exchange.ts'
import { expect, expectEqual, skip } from './expect.ts'
import type { FixtureName } from './profile.ts'
import { expectProblem } from './problem.ts'
import { Target, type Document, type Submitted } from './target.ts'
import type { Trap } from './trap.ts'

/** Ways to have the server call a URL. */
export const TELLING = ['told', 'toldToo'] as const
export const CALLING = ['call', 'callToo'] as const

export interface Strict {
  readonly server: Target
  readonly ports: readonly number[]
  readonly names?: { readonly mixed: string; readonly turned: string } | undefined
}

/** That of the profile. */
export function strictServer(target: Target): Strict {
  const { strict } = target.profile
  if (!strict) skip('the profile names no server that may call the public internet only')
  const server = strict.url === undefined ? target : new Target(strict.url, target.profile)
  return { server, ports: strict.ports, names: strict.names }
}

/** Those of the names that the profile has fixtures for. */
export function offered<N extends FixtureName>({ profile }: Target, names: readonly N[]): N[] {
  return names.filter((name) => profile.fixtures[name] !== undefined)
}

export async function expectRefused(server: Target, name: FixtureName, url: string): Promise<void> {
  const answer = await server.post(name, { receiver: url })
  expect(isRefusal(server, name, answer), `${name} with ${url} was answered ${answer.status}, not 422`)
}

/** 422; or 400 where the URL is a part of the address, of which nothing else may be said. */
function isRefusal(server: Target, name: FixtureName, answer: Answer): boolean {
  const inQuery = server.profile.fixtures[name]?.path.includes('{{receiver}}') === true
  if (answer.status !== 422 && !(inQuery && answer.status === 400)) return false
  expectProblem(answer, answer.status)
  return true
}

/** Refused; or accepted, and then failed for good without a packet. */
export async function expectNotCalled(
  server: Target,
  name: FixtureName,
  url: string,
  trap: Trap,
): Promise<void> {
  const answer = await server.post(name, { receiver: url })
  if (isRefusal(server, name, answer)) return
  expectEqual(answer.status, 202, `the status of ${name} with ${url}`)
  const call = await triedCall(server, name, { job: server.locationOf(answer) })
  expectNobody(trap, `${name} with ${url}`)
  // What was tried and will be again was called, whoever it was that did not answer.
  expectEqual(server.statusOf(call), 'failed', `${name} with ${url}: the status after the first attempt`)
}

export function expectNobody(trap: Trap, what: string): void {
  expect(trap.connections() === 0, `${what}: the server has called loopback`)
}

/** What makes the call, once it has been tried so often: the job itself, or the delivery that tells of it. */
export async function triedCall(
  server: Target,
  name: FixtureName,
  { job }: Pick<Submitted, 'job'>,
  attempts = 1,
): Promise<Document> {
  let call: Document | undefined
  await becomes(`${name} at ${job.pathname} to have been tried`, async () => {
    const isDelivery = (TELLING as readonly string[]).includes(name)
    const [found] = isDelivery ? await deliveriesOf(server, job) : [await server.read(job)]
    call = found
    return found !== undefined && isTried(server, found, attempts)
  })
  return call as Document
}
