/** Jobs with callbacks, receivers that fail half the time, and an operator who makes the hours between attempts pass. */
import { setTimeout as sleep } from 'node:timers/promises'
import { derivedSecret } from '../../../src/callbacks.ts'
import { CALLBACK_WAITS } from '../../../src/job/callback.ts'
import { openDatabase } from '../../../src/store/database.ts'
import { dice } from '../../chaos/dice.ts'
import { callers, type Redelivered, type Submitted } from './callers.ts'
import { violationsIn, type Violations } from './checks.ts'
import { readEvidence, type Evidence } from './evidence.ts'
import { openHooks } from './hooks.ts'
import { hurry } from './operator.ts'

export interface Campaign {
  readonly base: URL
  readonly databaseUrl: string
  readonly deliveries: number
  readonly seed: string
  readonly ports: number
  readonly submittedAtOnce: number
  /** How many calls may be under way at the end, in all processes that there were. */
  readonly underWay: () => number
  readonly onProgress?: (submitted: number, received: number) => void
}

export interface Outcome extends Evidence {
  readonly violations: Violations
  readonly hurried: number
  readonly submittedSeconds: number
  readonly seconds: number
}

/** The names of those who submit, with their API keys. Of the first the operator has set what its callbacks are signed with. */
export const KEYS: ReadonlyMap<string, string> = new Map(
  ['ada', 'bob', 'cyd'].map((name) => [name, `key-of-${name}-for-campaigns`]),
)
const SET_SECRET = `whsec_${Buffer.from('of ada, and set by the operator').toString('base64')}`

/** What the server is to be started with. */
export const DELIVERY_SETTINGS = {
  ACCEPTD_API_KEYS: [...KEYS].map(([name, key]) => `${name}:${key}`).join(),
  ACCEPTD_WEBHOOK_SECRETS: `ada=${SET_SECRET}`,
  ACCEPTD_CALL_PRIVATE: 'yes',
  ACCEPTD_CALLS_PER_ORIGIN: '1000',
}

const REDELIVERED_SHARE = 0.05
const LOOK_MS = 250

export async function runDeliveries(campaign: Campaign): Promise<Outcome> {
  const { base, databaseUrl, deliveries, seed, ports, submittedAtOnce, onProgress } = campaign
  const rolls = dice(seed)
  const onError = () => undefined
  const database = openDatabase({ url: databaseUrl, name: 'campaign', maxConnections: 4, onError })
  const secrets = new Map([['ada', SET_SECRET]])
  for (const name of ['bob', 'cyd']) secrets.set(name, await derivedSecret(database.db, name))
  const goneAfter = Math.ceil(deliveries / (ports * secrets.size * 8))
  await using hooks = await openHooks({ dice: rolls.named('answers'), ports, secrets, goneAfter })
  const asking = callers(base, hooks.places, KEYS, rolls.named('jobs'))
  const operator = hurry(database.pool)
  try {
    const began = performance.now()
    const seconds = () => (performance.now() - began) / 1000
    const progress = setInterval(() => onProgress?.(submitted.length, hooks.received.length), 10_000)
    const submitted: Submitted[] = []
    let begun = 0
    await atOnce(submittedAtOnce, async () => {
      while (begun++ < deliveries) submitted.push(await asking.submit())
    })
    const submittedSeconds = seconds()
    const redelivered = await redeliverSome(submitted)
    while (await isPending()) await sleep(LOOK_MS)
    clearInterval(progress)
    const took = seconds()
    await operator.stop()
    const evidence = {
      ...(await readEvidence(database.pool, database.db, CALLBACK_WAITS)),
      submitted,
      redelivered,
      received: hooks.received,
      gone: hooks.gone,
      underWay: campaign.underWay(),
    }
    const violations = violationsIn(evidence)
    return { ...evidence, violations, hurried: operator.hurried(), submittedSeconds, seconds: took }
  } finally {
    await operator.stop()
    await database.close()
  }

  async function redeliverSome(submitted: readonly Submitted[]): Promise<Redelivered[]> {
    const chosen = submitted.filter(() => rolls.chance(REDELIVERED_SHARE))
    const done: Redelivered[] = []
    await atOnce(4, async () => {
      for (let one = chosen.shift(); one; one = chosen.shift()) {
        const answered = await asking.redeliver(one)
        if (answered) done.push(answered)
      }
    })
    return done
  }

  async function isPending(): Promise<boolean> {
    const { rows } = await database.pool.query('select from acceptd.jobs where finished_at is null limit 1')
    return rows.length > 0
  }
}

async function atOnce(lanes: number, lane: () => Promise<void>): Promise<void> {
  await Promise.all(Array.from({ length: lanes }, lane))
}
