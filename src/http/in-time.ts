/** No answer takes longer than a client should have to wait: where the database is silent, that is the answer. */
import type { Request, Response } from 'express'
import { Silence } from '../store/outage.ts'

export type Handler = (req: Request, res: Response) => Promise<void> | void

/** The setting of the app under which the limit stands. */
export const ANSWER_MS = 'acceptd answer ms'

// Less what it takes to say so on a busy machine, where clients ask again and again while the database is away. What is done
// for one request may be several statements, each of which waits for its own time only (store/patience.ts).
const SHARE = 0.75

// Of what is left of the limit: who has another answer than a 503 gives it while there is time.
const SHARE_OF_REST = 0.8

interface Clock {
  /** From now on. */
  readonly allow: (ms: number) => void
  readonly leftMs: () => number
}

const clocks = new WeakMap<Response, Clock>()

/** What was asked for may be done nevertheless, as with every answer that gets lost; what the handler then says goes nowhere. */
export function inTime(handler: Handler): Handler {
  return async (req, res) => {
    const late = Promise.withResolvers<never>()
    let timer: NodeJS.Timeout | undefined
    let end = Infinity
    const allow = (ms: number) => {
      clearTimeout(timer)
      end = performance.now() + ms
      timer = setTimeout(() => late.reject(new Silence(`There was no answer in ${ms} ms`)), ms)
    }
    allow(limitOf(res))
    clocks.set(res, { allow, leftMs: () => end - performance.now() })
    try {
      await Promise.race([handler(req, res), late.promise])
    } finally {
      clearTimeout(timer)
      clocks.delete(res)
    }
  }
}

/** The client itself waits for as long; the limit is for what comes after. */
export function allowWaiting(res: Response, seconds: number): void {
  clocks.get(res)?.allow(limitOf(res) + seconds * 1000)
}

/** What is left of the limit, less what it takes to give an answer. */
export function timeLeftMs(res: Response): number {
  return SHARE_OF_REST * (clocks.get(res)?.leftMs() ?? 0)
}

/** What the work comes to, or `otherwise` where that would come too late to be said. */
export async function inTimeOr<T>(res: Response, work: Promise<T>, otherwise: T): Promise<T> {
  const clock = clocks.get(res)
  if (!clock) return work
  const { promise: late, resolve } = Promise.withResolvers<T>()
  const timer = setTimeout(resolve, timeLeftMs(res), otherwise)
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}

function limitOf(res: Response): number {
  return SHARE * (res.app.get(ANSWER_MS) as number)
}
