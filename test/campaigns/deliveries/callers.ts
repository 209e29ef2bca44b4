/** Those who submit jobs with a callback, cancel some, and have some deliveries made once more, at once. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Dice } from '../../chaos/dice.ts'
import type { Place } from './hooks.ts'

export interface Submitted {
  readonly job: string
  readonly place: Place
  /** None but of failures. */
  readonly failuresOnly: boolean
}

/** What some who asked for a redelivery at the same time were answered. */
export interface Redelivered {
  readonly job: string
  readonly delivery: string
  /** Ids of the jobs that were to deliver. */
  readonly accepted: readonly string[]
  /** How many may have been accepted or not: the answer came too late to tell. */
  readonly unclear: number
}

export interface Callers {
  submit(): Promise<Submitted>
  redeliver(of: Submitted): Promise<Redelivered | undefined>
}

interface Answered {
  readonly status: number
  readonly body: Record<string, unknown>
}

const KINDS = [
  { kind: 'words', weight: 6 },
  { kind: 'ok', weight: 2 },
  { kind: 'fail', weight: 2 },
  // Scheduled for the day after, so that it is canceled and nothing else.
  { kind: 'canceled', weight: 1 },
] as const

const TOGETHER = 3
const BUSY_MS = 1000
const DAY_MS = 86_400_000

/** @param keys API keys by caller */
export function callers(
  base: URL,
  places: readonly Place[],
  keys: ReadonlyMap<string, string>,
  dice: Dice,
): Callers {
  return { submit, redeliver }

  async function submit(): Promise<Submitted> {
    const place = dice.one(places)
    const { kind } = dice.weighted(KINDS)
    const failuresOnly = dice.chance(0.05)
    const options = {
      callbackUrl: place.url,
      ...(failuresOnly ? { callbackEvents: ['job.failed'] } : {}),
      ...(dice.chance(0.2) ? { callbackPayload: 'full', callbackCloudEvents: true } : {}),
      ...(kind === 'canceled' ? { runAt: new Date(Date.now() + DAY_MS).toISOString() } : {}),
    }
    const work = {
      words: { task: 'word-count', input: { text: 'to be or not to be' } },
      ok: { task: 'ok', input: {} },
      fail: { task: 'fail', input: {} },
      canceled: { task: 'ok', input: {} },
    }[kind]
    const job = await submitted(place.caller, { ...work, ...options })
    if (kind === 'canceled') await untilTaken(() => post(place.caller, `/jobs/${job}/cancel`))
    return { job, place, failuresOnly }
  }

  async function submitted(caller: string, submission: object): Promise<string> {
    const key = { 'Idempotency-Key': `"${dice.whole(0, 1e9)}-${dice.whole(0, 1e9)}"` }
    const { status, body } = await untilTaken(() => post(caller, '/jobs', submission, key))
    if (status !== 202) throw new Error(`A submission was answered ${status}: ${JSON.stringify(body)}`)
    return String(body['id'])
  }

  async function redeliver({ job, place }: Submitted): Promise<Redelivered | undefined> {
    const headers = headersOf(place.caller)
    const listed = await fetch(new URL(`/jobs/${job}/deliveries`, base), { headers })
    const { items } = (await listed.json()) as { items?: readonly { id: string; status: string }[] }
    const [first] = items ?? []
    if (!first || (first.status !== 'completed' && first.status !== 'failed')) return undefined
    const path = `/jobs/${job}/deliveries/${first.id}/redeliver`
    const answers = await Promise.all(Array.from({ length: TOGETHER }, () => post(place.caller, path)))
    const accepted = answers.filter(({ status }) => status === 202)
    return {
      job,
      delivery: first.id,
      accepted: accepted.map(({ body }) => String(body['id'])),
      unclear: answers.filter(({ status }) => status === 503).length,
    }
  }

  async function post(
    caller: string,
    path: string,
    body?: object,
    more: Readonly<Record<string, string>> = {},
  ): Promise<Answered> {
    const answer = await fetch(new URL(path, base), {
      method: 'POST',
      headers: { ...headersOf(caller), ...more, ...(body ? { 'Content-Type': 'application/json' } : {}) },
      ...(body ? { body: JSON.stringify(body) } : {}),
    })
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> }
  }

  function headersOf(caller: string): Record<string, string> {
    return { Authorization: `Bearer ${keys.get(caller) ?? ''}` }
  }
}

/** A server under more load than it can take says so, and is asked again. */
async function untilTaken(ask: () => Promise<Answered>): Promise<Answered> {
  for (;;) {
    const answered = await ask()
    if (answered.status !== 503) return answered
    await sleep(BUSY_MS)
  }
}
