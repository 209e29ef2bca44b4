/** The deliveries of a job's callback: submitted with a receiver of the suite's own, and followed there. */
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, expectEqual } from './expect.ts'
import type { FixtureName } from './profile.ts'
import { openReceiver, type Answering, type Delivered, type Receiver } from './receiver.ts'
import { isTerminal, type Document, type Target } from './target.ts'

export interface Telling {
  readonly receiver: Receiver
  readonly job: URL
}

const LIMIT_MS = 60_000

/** Submits a job that is told of, and sees to it that nothing more is sent once `act` is done. */
export async function whileTelling<T>(
  target: Target,
  answer: Answering | undefined,
  act: (telling: Telling) => Promise<T>,
  name: FixtureName = 'told',
): Promise<T> {
  await using receiver = await openReceiver(target, answer)
  const { job } = await target.submit(name, { receiver: receiver.url })
  try {
    return await act({ receiver, job })
  } finally {
    await giveUp(target, job)
  }
}

/** The first message that comes. */
export async function firstOf({ receiver }: Telling): Promise<Delivered> {
  await becomes('the receiver to be called', () => receiver.received.length > 0)
  return receiver.received[0] as Delivered
}

/** Newest first. */
export async function deliveriesOf(target: Target, job: URL): Promise<readonly Document[]> {
  const list = target.link(await target.read(job), 'deliveriesLink', job)
  const answer = await target.ask(list)
  expectEqual(answer.status, 200, `the status of GET ${list.pathname}`)
  const items = target.get(answer.json(), 'items')
  expect(Array.isArray(items), `the deliveries have no ${target.profile.pointers.items}`)
  return items as Document[]
}

/** Waits until the newest delivery has been tried so often, and answers what it is then. */
export async function attempted(target: Target, job: URL, attempt = 1): Promise<Document> {
  let newest: Document | undefined
  await becomes(`${job.pathname} to be told of, attempt ${attempt}`, async () => {
    const [first] = await deliveriesOf(target, job)
    newest = first
    return first !== undefined && isTried(target, first, attempt)
  })
  return newest as Document
}

/** Of a job, too: it has ended, or waits after that attempt for the next. */
export function isTried(target: Target, document: Document, attempt: number): boolean {
  const status = target.statusOf(document)
  const tries = Number(target.get(document, 'attempt'))
  return isTerminal(status) || (status === 'pending' && tries >= attempt)
}

/** Fails where the attempt counts as anything but failed with another to come. */
export function expectTriedAgain(target: Target, delivery: Document, after: string): void {
  expectEqual(target.statusOf(delivery), 'pending', `the status of a delivery after ${after}`)
  expect(nextAttemptOf(target, delivery) > 0, `after ${after} a delivery does not say when it is tried again`)
}

/** When the next attempt is due; ms since 1970. */
export function nextAttemptOf(target: Target, delivery: Document): number {
  return Date.parse(String(target.get(delivery, 'nextAttemptAt')))
}

/** The job that delivers. */
export function deliveringJob(target: Target, delivery: Document, job: URL): URL {
  return target.link(delivery, 'self', job)
}

async function giveUp(target: Target, job: URL): Promise<void> {
  for (const delivery of await deliveriesOf(target, job).catch(() => []))
    if (!isTerminal(target.statusOf(delivery)))
      await target.cancel(deliveringJob(target, delivery, job)).catch(() => undefined)
}

export async function becomes(what: string, holds: () => Promise<boolean> | boolean): Promise<void> {
  for (const end = Date.now() + LIMIT_MS; !(await holds());) {
    expect(Date.now() < end, `waited a minute in vain for ${what}`)
    await sleep(50)
  }
}
