/** Who is asking. Without configured keys everybody is the same, which is why the server then binds loopback only. */
import { createHash } from 'node:crypto'
import type { Request, RequestHandler, Response } from 'express'
import { ANONYMOUS, principalFlaw } from '../job/principal.ts'
import { HttpError } from './http-error.ts'

// Not in res.locals, which belong to whoever mounts the app.
const principals = new WeakMap<Response, string>()

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
    principals.set(res, name)
    next()
  }
}

/** The same where the app that we are mounted in knows whose request it is. */
export function recognition(nameOf: NameOf): RequestHandler {
  return async (req, res, next) => {
    const name = await nameOf(req)
    if (name === undefined) {
      // Who is asked for what is that app's affair; but without a challenge it would be no 401 (RFC 9110 §15.5.2).
      const challenge = String(res.getHeader('WWW-Authenticate') ?? 'Bearer realm="acceptd"')
      throw new HttpError('unauthorized', 'Say who you are', { headers: { 'WWW-Authenticate': challenge } })
    }
    const flaw = principalFlaw(name)
    if (flaw !== undefined) throw new TypeError(`What principalOf returns ${flaw}`)
    principals.set(res, name)
    next()
  }
}

/** Whose request it is; undefined where nobody can say. */
export type NameOf = (req: Request) => string | undefined | Promise<string | undefined>

export function principalOf(res: Response): string {
  return principals.get(res) ?? ''
}

function digest(key: string): string {
  return createHash('sha256').update(key).digest('base64')
}
