/** Jobs run by the client, while APIs are killed and half of what is sent meets with trouble. What must come of it is checked. */
import { setTimeout as sleep } from 'node:timers/promises'
import type pg from 'pg'
import { client, type Job } from '../../src/client/client.ts'
import { startTrouble, type Turn } from '../support/trouble.ts'
import type { Dice } from './dice.ts'

export interface ClientsOptions {
  /** The API's address; what answers there may change. */
  readonly target: () => string
  readonly dice: Dice
  readonly jobs: number
  /** Runs at once. */
  readonly atOnce: number
  readonly onProgress?: (done: number) => void
}

export interface ClientsOutcome {
  /** By the number of the job: what `run` gave, or why it gave nothing. */
  readonly wrong: readonly string[]
  readonly requests: number
  /** Requests that met with each kind of trouble. */
  readonly troubles: Readonly<Record<string, number>>
}

const TROUBLES: readonly { readonly weight: number; readonly name: string; readonly turn: Turn }[] = [
  { weight: 75, name: 'none', turn: 'pass' },
  { weight: 5, name: 'dropped before it arrived', turn: 'drop' },
  { weight: 5, name: 'answer lost', turn: 'lose-answer' },
  { weight: 5, name: 'answer broken off', turn: 'break-off' },
  { weight: 4, name: '503', turn: { status: 503 } },
  { weight: 3, name: '503 with Retry-After', turn: { status: 503, headers: { 'Retry-After': '1' } } },
  { weight: 2, name: '502', turn: { status: 502 } },
  { weight: 1, name: '429', turn: { status: 429, headers: { 'Retry-After': '1' } } },
]

/** The text of each job says which it is; its result tells whether that was the one that was run. */
export function textOf(number: number): string {
  return `job${number} `.repeat((number % 97) + 1)
}

const wordsIn = (number: number) => (number % 97) + 1

export async function runClients(options: ClientsOptions): Promise<ClientsOutcome> {
  const { target, dice, jobs, atOnce, onProgress } = options
  const troubles: Record<string, number> = {}
  let requests = 0
  const turnFor = (): Turn => {
    requests++
    const { name, turn } = dice.weighted(TROUBLES)
    troubles[name] = (troubles[name] ?? 0) + 1
    return turn
  }
  const front = await startTrouble(target, turnFor)
  const api = client<{ 'word-count': { input: { text: string }; output: { words: number } } }>({
    url: front.url,
  })
  const wrong: string[] = []
  let begun = 0
  let done = 0
  const one = async () => {
    for (let number = begun++; number < jobs; number = begun++) {
      try {
        // Some by long polls, some by event streams.
        const { words } = await api.run('word-count', { text: textOf(number) }, { events: number % 4 === 0 })
        if (words !== wordsIn(number)) wrong.push(`${number}: ${words} words instead of ${wordsIn(number)}`)
      } catch (error) {
        wrong.push(`${number}: ${String(error)}`)
      }
      onProgress?.(++done)
    }
  }
  try {
    await Promise.all(Array.from({ length: atOnce }, one))
  } finally {
    front.close()
  }
  return { wrong, requests, troubles }
}

/** What the database has to say: each job once, and each completed as it should. */
export async function violationsIn(database: pg.Client | pg.Pool, jobs: number): Promise<string[]> {
  const { rows } = await database.query<{ text: string; status: Job['status']; result: unknown }>(
    `select input ->> 'text' as text, status, result from acceptd.jobs where task = 'word-count'`,
  )
  const times = new Map<string, number>()
  for (const { text } of rows) times.set(text, (times.get(text) ?? 0) + 1)
  const found = rows.length === jobs ? [] : [`there are ${rows.length} jobs instead of ${jobs}`]
  for (let number = 0; number < jobs; number++) {
    const count = times.get(textOf(number)) ?? 0
    if (count !== 1) found.push(`${number}: submitted ${count} times`)
  }
  for (const { text, status, result } of rows) {
    const words = text.trim().split(' ').length
    if (status !== 'completed' || JSON.stringify(result) !== JSON.stringify({ words }))
      found.push(`"${text.slice(0, 20)}": ${status} with ${JSON.stringify(result)}`)
  }
  return found
}

export interface Killer {
  kills(): number
  stop(): Promise<void>
}

/** Does it again and again until it is stopped. */
export function everySoOften(meanMs: number, dice: Dice, kill: () => Promise<void>): Killer {
  const stopping = new AbortController()
  let kills = 0
  const running = (async () => {
    while (!stopping.signal.aborted) {
      await sleep(dice.pause(meanMs), undefined, { signal: stopping.signal }).catch(() => undefined)
      if (stopping.signal.aborted) return
      await kill()
      kills++
    }
  })()
  return {
    kills: () => kills,
    async stop() {
      stopping.abort()
      await running
    },
  }
}
