/** The Idempotency-Key request header (draft-ietf-httpapi-idempotency-key-header-07) and the mark of a replay. */
import type { Request, Response } from 'express'
import { parseItem } from 'structured-headers'
import { isKey, KEYS } from '../job/idempotency-key.ts'
import { HttpError } from './http-error.ts'

// What clients send unquoted in practice (UUIDs, ULIDs, base64); strictly it should be a quoted string (RFC 9651 §3.3.3).
const BARE = /^[A-Za-z0-9._~:/+=-]+$/

/**
 * `"k"` and `k` are the same key.
 * @throws HttpError idempotency-key-invalid: a key that is ignored is a job done twice
 */
export function idempotencyKey(req: Request): string | undefined {
  const field = req.get('Idempotency-Key')
  if (field === undefined) return undefined
  const key = BARE.test(field) ? field : quoted(field)
  if (!isKey(key)) {
    const detail = `Send one key of ${KEYS} in quotes: Idempotency-Key: "…" (bare if it is only letters, digits and ._~:/+=-)`
    throw new HttpError('idempotency-key-invalid', detail)
  }
  return key
}

export function markReplayed(res: Response): void {
  // Not in any standard; the name Stripe made known.
  res.set('Idempotent-Replayed', 'true')
}

function quoted(field: string): string | undefined {
  try {
    const [value] = parseItem(field) as [unknown, unknown]
    return typeof value === 'string' ? value : undefined
  } catch {
    return undefined // not a structured field; the caller says so
  }
}
