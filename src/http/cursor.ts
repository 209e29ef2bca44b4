/** The cursor of a list: where a page ended, sealed, so that it can only be what we gave out, to whom, for what. */
import { createHmac, timingSafeEqual } from 'node:crypto'
import { z } from 'zod'
import type { Place } from '../store/job-filter.ts'
import { HttpError } from './http-error.ts'

export interface Cursor {
  readonly from: Place
  /** Towards newer jobs. */
  readonly backward: boolean
}

export interface CursorSeal {
  /** @param scope whose list it is and what it is filtered by: a cursor of another one makes no sense */
  seal(cursor: Cursor, scope: string): string
  /** @throws HttpError invalid-parameter */
  open(text: string, scope: string): Cursor
}

// 128 bits, as many as nobody guesses.
const MAC_BYTES = 16

const payload = z.tuple([z.string(), z.uuid(), z.boolean()])

/** @param secret the same in all processes of a database */
export function cursorSeal(secret: Buffer): CursorSeal {
  const macOf = (body: string, scope: string) =>
    createHmac('sha256', secret)
      .update(JSON.stringify([body, scope]))
      .digest()
      .subarray(0, MAC_BYTES)
  return {
    seal({ from, backward }, scope) {
      const body = JSON.stringify([from.createdAt, from.id, backward])
      return Buffer.concat([macOf(body, scope), Buffer.from(body)]).toString('base64url')
    },
    open(text, scope) {
      const bytes = Buffer.from(text, 'base64url')
      const body = bytes.subarray(MAC_BYTES).toString()
      const mac = bytes.subarray(0, MAC_BYTES)
      const genuine =
        mac.length === MAC_BYTES &&
        timingSafeEqual(mac, macOf(body, scope)) &&
        // base64url can be spelt in more than one way; ours is one.
        bytes.toString('base64url') === text
      if (!genuine) throw notOurs()
      const [createdAt, id, backward] = payload.parse(JSON.parse(body))
      return { from: { createdAt, id }, backward }
    },
  }
}

function notOurs(): HttpError {
  const detail = 'Take it from `next` or `prev` of a page, unchanged, with the same filters'
  return new HttpError('invalid-parameter', 'The cursor is not valid', {
    parameters: [{ parameter: 'cursor', detail }],
  })
}
