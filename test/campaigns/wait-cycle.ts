/** One wait for one job, whose end comes just before it, during it or at the same time. */
import { setTimeout as sleep } from 'node:timers/promises'
import { exchange, type Answer } from '../../src/conformance/exchange.ts'

export interface Cycle {
  readonly kind: Kind
  /** When the answer was asked for, and when its header was here; ms since 1970. */
  readonly askedAt: number
  readonly answeredAt: number
  /** By the clock of the database, which must be this machine's. */
  readonly finishedAt: number
  /** Whether the answer told of the end. */
  readonly told: boolean
}

/** With `wait` on the submission, on a poll, on polls that know what they have seen. */
export const KINDS = ['post', 'get', 'conditional'] as const
export type Kind = (typeof KINDS)[number]

const WAIT_SECONDS = 10
const LONGEST_JOB_MS = 30

/** Runs the fixture task `slow`, for at most 30 ms, and waits for its end. */
export function waiter(base: URL): (kind: Kind) => Promise<Cycle> {
  const url = new URL('/tasks/slow', base)
  const headers = { Prefer: `wait=${WAIT_SECONDS}` }
  // From the 202 to the end, as it has been of late: on a busy machine jobs wait longer than they run.
  let usualMs = LONGEST_JOB_MS

  return async (kind) => {
    const body = { seconds: (Math.random() * LONGEST_JOB_MS) / 1000 }
    const submittedAt = Date.now()
    if (kind === 'post') {
      const answer = await exchange(url, { method: 'POST', body, headers })
      return reckon(kind, submittedAt, answer, jobOf(answer))
    }
    const accepted = await exchange(url, { method: 'POST', body })
    // So that the end comes before, after and above all about when the wait begins.
    await sleep(Math.random() * 2 * usualMs)
    const cycle = await waitFor(kind, jobOf(accepted))
    usualMs += (cycle.finishedAt - accepted.receivedAt - usualMs) / 50
    return cycle
  }

  async function waitFor(kind: Kind, job: URL): Promise<Cycle> {
    let known = kind === 'get' ? undefined : await exchange(job)
    for (;;) {
      const tag = known && !isDone(known) ? { 'If-None-Match': known.headers['etag'] ?? '' } : {}
      const askedAt = Date.now()
      const answer = await exchange(job, { headers: { ...headers, ...tag } })
      if (kind === 'get' || answer.status === 304 || isDone(answer)) return reckon(kind, askedAt, answer, job)
      known = answer
    }
  }
}

async function reckon(kind: Kind, askedAt: number, answer: Answer, job: URL): Promise<Cycle> {
  const told = isDone(answer)
  const finishedAt = finishOf(told ? answer : await finalOf(job))
  return { kind, askedAt, answeredAt: answer.receivedAt, finishedAt, told }
}

/** For an answer that did not tell: when did it end? */
async function finalOf(job: URL): Promise<Answer> {
  for (const end = Date.now() + 60_000; Date.now() < end; await sleep(20)) {
    const answer = await exchange(job)
    if (isDone(answer)) return answer
  }
  throw new Error(`${job.pathname} does not end`)
}

function jobOf(answer: Answer): URL {
  const location = answer.headers['location'] ?? answer.headers['content-location']
  if (location !== undefined && answer.status < 300) return new URL(location, answer.url)
  throw new Error(`a submission was answered ${answer.status}: ${answer.text.slice(0, 200)}`)
}

function isDone(answer: Answer): boolean {
  if (answer.status === 304) return false
  if (answer.status < 300) return answer.json()['done'] === true
  throw new Error(
    `${answer.method} ${answer.url.pathname} was answered ${answer.status}: ${answer.text.slice(0, 200)}`,
  )
}

function finishOf(answer: Answer): number {
  return Date.parse(String(answer.json()['finishedAt']))
}
