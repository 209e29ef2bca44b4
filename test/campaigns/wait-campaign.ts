/** Many waits at once, while the server's listener is killed now and then: is every end told, and how soon? */
import { killListeners, type Outage } from './listener-kills.ts'
import { KINDS, waiter, type Cycle } from './wait-cycle.ts'

export interface Campaign {
  readonly base: URL
  readonly databaseUrl: string
  readonly cycles: number
  readonly atOnce: number
  /** Never where it is 0. */
  readonly killEveryMs: number
  readonly onProgress?: (done: number) => void
}

export interface Outcome {
  readonly cycles: readonly Cycle[]
  readonly outages: readonly Outage[]
  /** Those whose answer came too late, or did not tell of an end that was there. */
  readonly missed: readonly Cycle[]
}

/** An end is told within this, or it was missed: by then only chance can have told it. */
const MISSED_MS = 2000

export async function runCampaign(campaign: Campaign): Promise<Outcome> {
  const { base, databaseUrl, cycles: count, atOnce, killEveryMs, onProgress } = campaign
  const kills = killEveryMs > 0 ? await killListeners(databaseUrl, killEveryMs) : undefined
  const waitFor = waiter(base)
  const cycles: Cycle[] = []
  let begun = 0
  const lane = async () => {
    while (begun < count) {
      const kind = KINDS[begun++ % KINDS.length] ?? 'get'
      cycles.push(await waitFor(kind))
      onProgress?.(cycles.length)
    }
  }
  try {
    await Promise.all(Array.from({ length: atOnce }, lane))
  } finally {
    await kills?.stop()
  }
  return { cycles, outages: kills?.outages ?? [], missed: cycles.filter(isMissed) }
}

/** From the end, or from the question where it came after the end. */
export function delayOf({ askedAt, answeredAt, finishedAt }: Cycle): number {
  return Math.max(0, answeredAt - Math.max(askedAt, finishedAt))
}

function isMissed(cycle: Cycle): boolean {
  return cycle.told ? delayOf(cycle) > MISSED_MS : cycle.finishedAt < cycle.answeredAt
}

/** Whether nobody listened at some moment between the question and the answer. */
export function isDuring(outages: readonly Outage[], { askedAt, answeredAt }: Cycle): boolean {
  return outages.some(({ from, to }) => askedAt <= to && answeredAt >= from)
}
