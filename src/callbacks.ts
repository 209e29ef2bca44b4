/** What callbacks are made of: the message, the secrets it is signed with, and receivers that want no more. */
import { createHmac } from 'node:crypto'
import type { WebhookMessage } from './calls/webhook-request.ts'
import type { WebhookDeps } from './calls/webhook-task.ts'
import type { Place } from './http/place.ts'
import { errorOf } from './http/representation.ts'
import type { Json } from './job/json.ts'
import {
  findMessage,
  findToldResult,
  isCallbackOff,
  turnCallbackOff,
  turnCallbackOn,
  type Message,
} from './store/callbacks.ts'
import type { Db } from './store/database.ts'
import { readSecret } from './store/secrets.ts'

export interface CallbackParts extends Pick<WebhookDeps, 'caller'> {
  /** As the operator has set them. */
  readonly secretsOf: (principal: string) => readonly string[]
  readonly publicUrl: string | undefined
  readonly place: Place
}

// Beyond it the receiver fetches the result: Standard Webhooks asks for small messages.
const MAX_RESULT_BYTES = 256 * 1024

export function callbacksFrom(db: Db, { caller, secretsOf, publicUrl, place }: CallbackParts): WebhookDeps {
  // Made with the tables, and never another: not to be read at every attempt.
  let root: Promise<Buffer> | undefined
  return {
    caller,
    source: publicUrl ?? '/jobs',
    async secretsOf(principal) {
      const set = secretsOf(principal)
      return set.length > 0 ? set : [derivedFrom(await readRoot(), principal)]
    },
    async messageOf(jobId) {
      const message = await findMessage(db, jobId)
      return message && written(message)
    },
    off: {
      has: (principal, url) => isCallbackOff(db, principal, url),
      add: (principal, url) => turnCallbackOff(db, principal, url),
      remove: (principal, url) => turnCallbackOn(db, principal, url),
    },
  }

  function readRoot(): Promise<Buffer> {
    root ??= readSecret(db, 'callbacks').catch((error: unknown) => {
      root = undefined
      throw error
    })
    return root
  }

  async function written({ messageId, event, occurredAt, told }: Message): Promise<WebhookMessage> {
    const { id, task, status, failure, full } = told
    const urls = place.usual()
    const links = { self: urls.job(id), result: urls.result(id), attempts: urls.attempts(id) }
    const data: Json = {
      id,
      task,
      status,
      ...(failure ? { error: { ...errorOf(failure, urls) } } : {}),
      ...(full ? await findToldResult(db, told, MAX_RESULT_BYTES) : {}),
      links,
    }
    return { id: messageId, type: event, timestamp: occurredAt, data }
  }
}

/** Of a caller for whom nothing is set: nobody else's is the same, and it stays the same. */
export async function derivedSecret(db: Db, principal: string): Promise<string> {
  return derivedFrom(await readSecret(db, 'callbacks'), principal)
}

function derivedFrom(root: Buffer, principal: string): string {
  return `whsec_${createHmac('sha256', root).update(principal).digest('base64')}`
}
