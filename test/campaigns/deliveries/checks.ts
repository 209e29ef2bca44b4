/** What must hold of every end and every delivery, each with how many do not keep it. */
import type { DeliveryRow, Evidence } from './evidence.ts'
import type { Hook } from './hooks.ts'

export type Violations = Readonly<Record<string, number>>

const TAKEN: ReadonlySet<string> = new Set(['taken', 'slow'])

export function violationsIn(evidence: Evidence): Violations {
  const { received, submitted, ends, deliveries, tooSoon, unfinished, disagreements } = evidence
  const ofJob = Map.groupBy(deliveries, ({ job }) => job)
  const ofMessage = Map.groupBy(deliveries, ({ messageId }) => messageId)
  const heard = Map.groupBy(received, nameOf)
  const expected = submitted.flatMap(({ job, failuresOnly }) => {
    const event = `job.${ends.get(job) ?? ''}`
    return ends.has(job) && (!failuresOnly || event === 'job.failed') ? [{ job, event }] : []
  })
  const wanted = new Map(expected.map(({ job, event }) => [job, event]))
  return {
    'ends without exactly one delivery': expected.filter(({ job }) => messagesOf(ofJob.get(job)) !== 1)
      .length,
    'deliveries of what nobody asked for': deliveries.filter(({ job, event }) => wanted.get(job) !== event)
      .length,
    'ends that nobody was told of': expected.filter(
      (end) =>
        !heard.get(nameOf(end))?.some(({ answer }) => TAKEN.has(answer)) &&
        !ofJob.get(end.job)?.some((one) => isGivenUp(one)),
    ).length,
    'deliveries that failed before their time': deliveries.filter(
      (one) => one.status === 'failed' && !isGivenUp(one),
    ).length,
    'deliveries that say they were taken and were not': deliveries.filter(
      (one) => one.status === 'completed' && !heard.get(nameOf(one))?.some(({ answer }) => TAKEN.has(answer)),
    ).length,
    'signatures that are not valid': received.filter(({ signed }) => !signed).length,
    'requests that nobody was to get': received.filter(({ job, event }) => wanted.get(job) !== event).length,
    'requests under another id': received.filter(
      ({ job, messageId }) => !ofJob.get(job)?.some((one) => one.messageId === messageId),
    ).length,
    'ids of more than one event': [...ofMessage.values()].filter((some) => new Set(some.map(nameOf)).size > 1)
      .length,
    'requests after a 410 that were not under way': [...evidence.gone].reduce(
      (sum, url) => sum + Math.max(0, received.filter(isGone(url)).length - 1 - evidence.underWay),
      0,
    ),
    'redeliveries lost or made twice': lostRedeliveries(evidence, ofJob),
    'waits shorter than published': tooSoon,
    'jobs that have not ended': unfinished,
    'disagreements of jobs and queue': disagreements,
  }
}

function nameOf({ job, event }: Pick<Hook, 'job' | 'event'>): string {
  return `${job} ${event}`
}

function messagesOf(rows: readonly DeliveryRow[] = []): number {
  return new Set(rows.map(({ messageId }) => messageId)).size
}

function isGivenUp({ status, code, isUsedUp }: DeliveryRow): boolean {
  return status === 'failed' && (isUsedUp || code === 'callback-off')
}

function isGone(url: string): (hook: Hook) => boolean {
  return (hook) => hook.url === url && hook.answer === 'gone'
}

/** Each that was accepted is either that delivery once more, which can be only once at a time, or a new one; no other is there. */
function lostRedeliveries(
  { redelivered }: Evidence,
  ofJob: ReadonlyMap<string, readonly DeliveryRow[]>,
): number {
  const asked = Map.groupBy(redelivered, ({ job }) => job)
  let wrong = 0
  for (const [job, rows] of ofJob) {
    const answers = asked.get(job) ?? []
    const accepted = answers.flatMap((one) => one.accepted)
    const copies = new Set(accepted.filter((id) => !answers.some(({ delivery }) => delivery === id)))
    const there = new Set(rows.map(({ id }) => id))
    const unclear = answers.reduce((sum, one) => sum + one.unclear, 0)
    const more = rows.length - 1 - copies.size
    if (more < 0 || more > unclear || [...copies].some((id) => !there.has(id))) wrong++
  }
  return wrong
}
