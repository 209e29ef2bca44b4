/** What earlier answers have told, so that later requests are about what there is. */
import { isObject } from '../../src/job/json.ts'

export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** As text; of what was compressed, before that. */
  readonly text: string
}

export interface Knowledge {
  /** The nth there is, counted from the newest; something made up where there is none yet. */
  jobId(nth: number): string
  entityTag(nth: number): string
  /** The address of a page, cursor and all. */
  page(nth: number): string
  /** A submission with a key that was accepted, byte for byte. */
  submission(nth: number): Buffer | undefined
  /** @param sent kept for another time where it was accepted with a key */
  learn(answer: Answer, sent: Buffer): void
}

const KEPT = 200
const NO_JOB = '01a1f000-0000-7000-8000-000000000000'

export function knowledge(): Knowledge {
  const jobs: string[] = []
  const tags: string[] = []
  const pages: string[] = []
  const submissions: Buffer[] = []

  function learnJob(body: unknown): void {
    if (isObject(body) && typeof body['id'] === 'string' && isObject(body['links'])) keep(jobs, body['id'])
  }

  return {
    jobId: (nth) => pick(jobs, nth) ?? NO_JOB,
    entityTag: (nth) => pick(tags, nth) ?? '"1-abc"',
    page: (nth) => pick(pages, nth) ?? '/jobs?cursor=abc',
    submission: (nth) => pick(submissions, nth),
    learn({ status, headers, text }, sent) {
      if (status >= 300 || text === '') return
      if (headers['etag'] !== undefined) keep(tags, headers['etag'])
      if (status === 202 && sent.includes('Idempotency-Key:')) keep(submissions, sent)
      if (headers['content-type'] !== 'application/json') return
      const body: unknown = JSON.parse(text)
      learnJob(body)
      if (!isObject(body)) return
      for (const page of [body['next'], body['prev']]) if (typeof page === 'string') keep(pages, page)
    },
  }
}

function pick<T>(from: readonly T[], nth: number): T | undefined {
  return from.at(-1 - (nth % (from.length || 1)))
}

function keep<T>(kept: T[], thing: T): void {
  kept.push(thing)
  if (kept.length > KEPT) kept.splice(0, KEPT / 2)
}
