/** A job's whole life, polled ten times a second: recorded once per fixture, and looked at by many rows. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Answer } from './exchange.ts'
import { expect } from './expect.ts'
import type { FixtureName } from './profile.ts'
import { isTerminal, type Document, type Status, type Submitted, type Target } from './target.ts'

export interface Poll {
  readonly answer: Answer
  readonly document: Document
  readonly status: Status | undefined
  readonly done: boolean
}

export interface Life {
  readonly submitted: Submitted
  /** In their order. */
  readonly polls: readonly Poll[]
  /** The first that had a terminal status. */
  readonly last: Poll
}

const EVERY_MS = 100
const LIMIT_MS = 60_000

const recordings = new WeakMap<Target, Map<FixtureName, Promise<Life>>>()

export function lifeOf(target: Target, name: FixtureName): Promise<Life> {
  const lives = recordings.get(target) ?? new Map<FixtureName, Promise<Life>>()
  recordings.set(target, lives)
  const life = lives.get(name) ?? record(target, name)
  lives.set(name, life)
  return life
}

async function record(target: Target, name: FixtureName): Promise<Life> {
  const submitted = await target.submit(name)
  const polls: Poll[] = []
  for (const end = Date.now() + LIMIT_MS; Date.now() < end; await sleep(EVERY_MS)) {
    const poll = await pollOnce(target, submitted.job)
    polls.push(poll)
    if (poll.done) return { submitted, polls, last: poll }
  }
  throw new Error(`${name} did not end within ${LIMIT_MS / 1000} s`)
}

export async function pollOnce(target: Target, job: URL): Promise<Poll> {
  const answer = await target.ask(job)
  const fine = answer.status === 200 || answer.status === target.profile.pollPending
  expect(fine, `a poll was answered ${answer.status}: ${answer.text.slice(0, 160)}`)
  const document = answer.json()
  const status = target.statusOf(document)
  return { answer, document, status, done: isTerminal(status) }
}

/** A new job, for what changes it or what no other row may have asked for. */
export async function completedJob(target: Target): Promise<URL> {
  const { job } = await target.submit('ok')
  await target.reaches(job, 'completed')
  return job
}
