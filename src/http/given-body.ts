/** A body that the app we are mounted in has read: what its parser left of it. */
import type { Request } from 'express'
import { InexactNumber } from '../job/json.ts'

/** Whether there was a body, and somebody has read it before us. */
export function isRead(req: Request): boolean {
  // As the body parsers see it.
  return req.complete && !req.readable && hasBody(req)
}

export function hasBody(req: Request): boolean {
  return req.get('Transfer-Encoding') !== undefined || Number(req.get('Content-Length') ?? 0) > 0
}

/**
 * A value that JSON.parse has made, with an InexactNumber where a number may have been rounded: what it was when it came,
 * nobody can tell any more. Not for values that are nested without end.
 */
export function withDoubts(value: unknown): unknown {
  if (typeof value === 'number') return isCertain(value) ? plusZero(value) : new InexactNumber(String(value))
  if (Array.isArray(value)) return value.map(withDoubts)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, withDoubts(member)]))
}

/** A fraction is the nearest double, as JSON promises; a whole number past 2^53 may have been its neighbour. */
function isCertain(value: number): boolean {
  return Number.isFinite(value) && (Number.isSafeInteger(value) || !Number.isInteger(value))
}

function plusZero(value: number): number {
  return value === 0 ? 0 : value
}
