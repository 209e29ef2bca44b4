/** What a server looks like from outside while it drains: on its way out, and done with nothing that it has begun. */
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, expectEqual } from '../expect.ts'
import { expectHealth, untilHealth } from '../health.ts'
import { holdRequest } from '../held-request.ts'
import { prefer } from '../prefer.ts'
import { Target } from '../target.ts'

const START_MS = 30_000
const DRAIN_MS = 5000

/**
 * A draining server may have stopped to listen, so new connections cannot be counted on. Requests that had begun to
 * arrive can: those for its health are begun before and ended after.
 */
export async function expectDrain(target: Target): Promise<string> {
  const second = new Target((await target.operate('startSecond')).trim(), target.profile)
  const { ready, live } = target.profile.paths
  await untilHealth(second, ready, 'ready', START_MS, ({ status }) => status === 200)
  const held = await Promise.all([ready, live].map((path) => holdRequest(new URL(path, second.base))))
  const [heldReady, heldLive] = held
  let drained: Promise<unknown> | undefined
  try {
    const { job, document } = await second.submit('idle')
    let answered = false
    const poll = second.poll(job, prefer('wait=5')).finally(() => (answered = true))
    poll.catch(() => undefined) // awaited below, but not if something else fails first
    await sleep(300)
    expect(!answered, 'Prefer: wait=5 of an idle job was answered at once, so no poll can be under way')

    drained = target.operate('drainSecond')
    drained.catch(() => undefined)
    const listens = await drains(second)
    expectEqual(await heldReady?.finish(), 503, 'readiness of a draining server')
    expectEqual(await heldLive?.finish(), 200, 'liveness of a draining server')
    const answer = await poll
    expectEqual(answer.status, target.profile.pollPending, 'the status of the poll that was under way')
    const [id, polled] = [target.get(document, 'id'), target.get(answer.json(), 'id')]
    expectEqual(polled, id, 'the id in the poll that was under way')
    await drained
    return listens
      ? 'it answers new connections while it drains'
      : 'it takes no new connections while it drains'
  } finally {
    for (const request of held) request.drop()
    await Promise.allSettled([drained ?? target.operate('drainSecond')])
    target.seen.push(...second.seen)
  }
}

/** Waits until it has begun to drain. @returns whether it still takes connections */
async function drains(second: Target): Promise<boolean> {
  const { ready, live } = second.profile.paths
  const ask = (path: string) => second.ask(path, { as: 'none', newConnection: true })
  for (const end = Date.now() + DRAIN_MS; Date.now() < end; await sleep(20)) {
    const answer = await ask(ready).catch(() => undefined)
    if (answer === undefined) return false
    expectHealth(answer)
    if (answer.status !== 503) continue
    const alive = await ask(live).catch(() => undefined)
    if (alive === undefined) return false
    expectEqual(alive.status, 200, 'liveness of a draining server, on a new connection')
    return true
  }
  throw new Error(`a server that is to drain says it is ready for ${DRAIN_MS / 1000} s`)
}
