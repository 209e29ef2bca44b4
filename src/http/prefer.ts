/** Preferences: what a client would like, if we can (RFC 7240). What is unknown or makes no sense is ignored (§2). */
import type { Request, Response } from 'express'

export interface Preferences {
  /** How long the answer may wait for the job, in seconds; capped. */
  readonly waitSeconds?: number
  readonly respondAsync: boolean
  readonly returnMinimal: boolean
}

/** Under the 60 s after which most proxies give up on a silent connection. */
export const MAX_WAIT_SECONDS = 30

// token [BWS "=" BWS (token / quoted-string)], then parameters after semicolons, which none of ours has (§2).
const PREFERENCE =
  /^[ \t]*([!#$%&'*+.^_`|~\w-]+)(?:[ \t]*=[ \t]*(?:([!#$%&'*+.^_`|~\w-]+)|"((?:[^"\\]|\\.)*)"))?[ \t]*(?:;.*)?$/

export function preferencesOf(req: Request): Preferences {
  const given = new Map<string, string>()
  // Field lines have been joined by commas; of two instances the first counts (§2).
  for (const element of elementsOf(req.get('Prefer') ?? '')) {
    const [, name, token, quoted] = PREFERENCE.exec(element) ?? []
    const key = name?.toLowerCase()
    if (key !== undefined && !given.has(key)) given.set(key, token ?? quoted ?? '')
  }
  const wait = given.get('wait') ?? ''
  return {
    respondAsync: given.get('respond-async') === '',
    returnMinimal: given.get('return')?.toLowerCase() === 'minimal',
    ...(/^\d{1,9}$/.test(wait) ? { waitSeconds: Math.min(Number(wait), MAX_WAIT_SECONDS) } : {}),
  }
}

/** Says which were honoured (§3); nothing where none was. */
export function markApplied(res: Response, applied: Partial<Preferences>): void {
  const { waitSeconds, respondAsync, returnMinimal } = applied
  const list = [
    ...(respondAsync ? ['respond-async'] : []),
    ...(waitSeconds === undefined ? [] : [`wait=${waitSeconds}`]),
    ...(returnMinimal ? ['return=minimal'] : []),
  ]
  if (list.length > 0) res.set('Preference-Applied', list.join(', '))
}

/** What stands between commas that are not in quotes. In one pass: no header must be slow to read, however odd it is. */
function elementsOf(field: string): string[] {
  const elements: string[] = []
  let quoted = false
  let start = 0
  for (let at = 0; at < field.length; at++) {
    if (quoted && field[at] === '\\') at++
    else if (field[at] === '"') quoted = !quoted
    else if (field[at] === ',' && !quoted) {
      elements.push(field.slice(start, at))
      start = at + 1
    }
  }
  return [...elements, field.slice(start)]
}
