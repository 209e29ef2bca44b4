/** No answer takes longer than a client should have to wait: where the database is silent, that is the answer. */
import type { Request, Response } from 'express'
import { Silence } from '../store/outage.ts'

export type Handler = (req: Request, res: Response) => Promise<void> | void

/** The setting of the app under which the limit stands. */
export const ANSWER_MS = 'acceptd answer ms'

// Less what it takes to say so on a busy machine, where clients ask again and again while the database is away. What is done
// for one request may be several statements, each of which waits for its own time only (store/patience.ts).
const SHARE = 0.75

const clocks = new WeakMap<Response, (ms: number) => void>()

/** What was asked for may be done nevertheless, as with every answer that gets lost; what the handler then says goes nowhere. */
export function inTime(handler: Handler): Handler {
  return async (req, res) => {
    const answering = handler(req, res)
    if (!answering) return
    const late = Promise.withResolvers<never>()
    let timer: NodeJS.Timeout | undefined
    const allow = (ms: number) => {
      clearTimeout(timer)
      timer = setTimeout(() => late.reject(new Silence(`There was no answer in ${ms} ms`)), ms)
    }
    allow(limitOf(res))
    clocks.set(res, allow)
    try {
      await Promise.race([answering, late.promise])
    } finally {
      clearTimeout(timer)
      clocks.delete(res)
    }
  }
}

/** The client itself waits for as long; the limit is for what comes after. */
export function allowWaiting(res: Response, seconds: number): void {
  clocks.get(res)?.(limitOf(res) + seconds * 1000)
}

function limitOf(res: Response): number {
  return SHARE * (res.app.get(ANSWER_MS) as number)
}
