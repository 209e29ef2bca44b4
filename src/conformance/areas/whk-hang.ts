/** WHK: a receiver that takes a message and never answers. */
import { attempted, becomes, expectTriedAgain, firstOf, whileTelling } from '../deliveries.ts'
import { expect, expectEqual } from '../expect.ts'
import type { Row } from '../row.ts'
import { isTerminal, type Target } from '../target.ts'

const LEAST_MS = 15_000
const MOST_MS = 30_000
/** When the connection was made is not seen; and a busy machine is late. */
const LEEWAY_MS = 1000

export const hang: Row = {
  id: 'WHK-08',
  title: 'A receiver that does not answer is given up after 15 to 30 seconds and told later; the job stays',
  level: 'S',
  source: 'SW timeouts',
  needs: { feature: 'webhook', fixtures: ['told'] },
  check: (target) =>
    whileTelling(
      target,
      () => undefined,
      async (telling) => {
        const { receiver, job } = telling
        const { at } = await firstOf(telling)
        const before = await target.ask(job)
        expectEqual(target.statusOf(before.json()), 'completed', 'the status of a job that is being told of')
        await becomes(
          'the server to give up',
          async () => receiver.dropped.length > 0 || (await isOver(target, job)),
        )
        const given = (receiver.dropped[0] ?? Date.now()) - at
        expect(
          given >= LEAST_MS - LEEWAY_MS && given <= MOST_MS + LEEWAY_MS,
          `a receiver that does not answer was given up after ${given} ms`,
        )
        expectTriedAgain(target, await attempted(target, job), 'no answer')
        expectEqual((await target.ask(job)).text, before.text, 'the job, once the attempt has failed,')
        return `given up after ${given / 1000} s`
      },
    ),
}

/** Taken, or given up for good, without the receiver having noticed. */
async function isOver(target: Target, job: URL): Promise<boolean> {
  return isTerminal(target.statusOf(await attempted(target, job)))
}
