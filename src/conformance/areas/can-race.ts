/** CAN: cancels at the very moment when a job ends by itself. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Answer } from '../exchange.ts'
import { expect, expectEqual } from '../expect.ts'
import { expectProblem } from '../problem.ts'
import type { Row } from '../row.ts'
import type { Document, Submitted, Target } from '../target.ts'

const ROUNDS = 50
const AT_ONCE = 10
const CANCELS = 20

interface Round {
  readonly job: URL
  readonly text: string
  readonly document: Document
  readonly answers: readonly Answer[]
}

export const raceRow: Row = {
  id: 'CAN-04',
  title: 'Twenty cancels at the moment of completion leave one end, for good',
  level: 'C',
  source: 'POL-08',
  needs: { feature: 'cancel' },
  when: 'crowd',
  async check(target) {
    const rounds: Round[] = []
    for (let first = 0; first < ROUNDS; first += AT_ONCE) {
      const usualMs = await usualTime(target)
      // From the very beginning to well after the usual end.
      const delays = Array.from({ length: AT_ONCE }, (_, index) => (usualMs * index * 1.5) / AT_ONCE)
      rounds.push(...(await Promise.all(delays.map((delay) => raceOnce(target, delay)))))
    }
    for (const round of rounds) expectOneEnd(target, round)
    await sleep(1000)
    for (const { job, text } of rounds)
      expectEqual((await target.ask(job)).text, text, 'a document after its end')
    return noteOf(target, rounds)
  },
}

/** Whether it was a race at all. */
function noteOf(target: Target, rounds: readonly Round[]): string {
  const ends = Map.groupBy(rounds, ({ document }) => target.statusOf(document))
  const answers = Map.groupBy(
    rounds.flatMap((round) => round.answers),
    ({ status }) => status,
  )
  return [...ends, ...answers].map(([what, all]) => `${what}: ${all.length}`).join(', ')
}

/** How long ok takes, by the server's own account. */
async function usualTime(target: Target): Promise<number> {
  const { job } = await target.submit('ok')
  const document = await target.ends(job)
  const [created, finished] = (['createdAt', 'finishedAt'] as const).map((name) =>
    Date.parse(String(target.get(document, name))),
  )
  return Math.max(0, (finished ?? 0) - (created ?? 0)) || 0
}

async function raceOnce(target: Target, delay: number): Promise<Round> {
  const submitted = await target.submit('ok')
  await sleep(delay)
  const answers = await Promise.all(Array.from({ length: CANCELS }, () => cancelOf(target, submitted)))
  const document = await target.ends(submitted.job)
  const { text } = await target.ask(submitted.job)
  return { job: submitted.job, text, document, answers }
}

function expectOneEnd(target: Target, { job, text, document, answers }: Round): void {
  const status = target.statusOf(document)
  expectEqual(JSON.parse(text), document, `the document of ${job.pathname}, read again after its end,`)
  for (const answer of answers) {
    const said = answer.status
    expect([200, 202, 409].includes(said), `a cancel was answered ${said}: ${answer.text.slice(0, 160)}`)
    if (said === 409) expectProblem(answer, 409, 'job-already-terminal')
    // Who was told of an end was told of the end.
    const agrees = said === 202 || (said === 200) === (status === 'canceled')
    expect(agrees, `a cancel of ${job.pathname} was answered ${said}, and the job ended ${status}`)
    if (said === 200)
      expectEqual(target.statusOf(answer.json()), 'canceled', 'the status in a 200 to a cancel')
  }
  const hasResult = target.get(document, 'result') !== undefined
  expect(!hasResult || status === 'completed', `${job.pathname} ended ${status}, with a result`)
}

/** By the link in the 202: that in the document may be gone once the job has ended. */
export function cancelOf(target: Target, { document, job }: Submitted): Promise<Answer> {
  return target.ask(target.link(document, 'cancelLink', job), { method: 'POST' })
}
