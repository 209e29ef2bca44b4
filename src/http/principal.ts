/** Who is asking. Without configured keys everybody is the same, which is why the server then binds loopback only. */
import { createHash } from 'node:crypto'
import type { RequestHandler, Response } from 'express'
import { HttpError } from './http-error.ts'

const ANONYMOUS = 'anonymous'

/** Checks the key of a request and notes whose it is (RFC 6750 §2.1). @param apiKeys names by key */
export function authentication(apiKeys: ReadonlyMap<string, string>): RequestHandler {
  // Looked up by digest: how long a comparison takes then tells nothing about a key.
  const names = new Map([...apiKeys].map(([key, name]) => [digest(key), name]))
  return (req, res, next) => {
    const [, key] = /^Bearer +([\w.~+/=-]+) *$/i.exec(req.get('Authorization') ?? '') ?? []
    const name = names.size === 0 ? ANONYMOUS : names.get(digest(key ?? ''))
    if (name === undefined) {
      const detail =
        key === undefined ? 'Send your key as Authorization: Bearer <key>' : 'The key is not known here'
      throw new HttpError('unauthorized', detail, {
        headers: { 'WWW-Authenticate': 'Bearer realm="acceptd"' },
      })
    }
    res.locals['principal'] = name
    next()
  }
}

export function principalOf(res: Response): string {
  return String(res.locals['principal'])
}

function digest(key: string): string {
  return createHash('sha256').update(key).digest('base64')
}
