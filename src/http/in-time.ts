/** No answer takes longer than a client should have to wait: where the database is silent, that is the answer. */
import type { Request, Response } from 'express'
import { Silence } from '../store/outage.ts'

export type Handler = (req: Request, res: Response) => Promise<void> | void

// Two seconds, less what it takes to say so on a busy machine. What is done for one request may be several statements, each
// of which waits for its own time only.
const LIMIT_MS = 1800

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
    allow(LIMIT_MS)
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
  clocks.get(res)?.(LIMIT_MS + seconds * 1000)
}
