/** What a submission sends: the same each time it is sent, with a key by which the server knows it again. */
import type { Wish } from './exchange.ts'

export interface SubmitOptions {
  /** One of your own, 1 to 255 printable ASCII characters: whoever submits the same with it again, at any time, gets the same job. */
  readonly idempotencyKey?: string | undefined
  /** Not before this: a time with its zone, or a Date. */
  readonly runAt?: string | Date | undefined
  /** Higher first. */
  readonly priority?: number | undefined
  readonly tags?: readonly string[] | undefined
  /** Where to tell of the end. */
  readonly callbackUrl?: string | undefined
  readonly callbackEvents?: readonly ('job.completed' | 'job.failed' | 'job.canceled')[] | undefined
  readonly callbackPayload?: 'thin' | 'full' | undefined
  readonly callbackCloudEvents?: boolean | undefined
}

export function submission(task: string, input: unknown, options: SubmitOptions): Wish {
  const { idempotencyKey = randomKey(), runAt, priority, tags } = options
  const { callbackUrl, callbackEvents, callbackPayload, callbackCloudEvents } = options
  return {
    method: 'POST',
    // Undefined members are left out. Made once: a try that said something else would be another request.
    body: JSON.stringify({
      task,
      input,
      runAt,
      priority,
      tags,
      callbackUrl,
      callbackEvents,
      callbackPayload,
      callbackCloudEvents,
    }),
    headers: {
      'Content-Type': 'application/json',
      // A string of RFC 9651 §3.3.3.
      'Idempotency-Key': `"${idempotencyKey.replaceAll(/["\\]/g, '\\$&')}"`,
    },
  }
}

/** Not crypto.randomUUID, which browsers have on https pages only. */
function randomKey(): string {
  return crypto.getRandomValues(new Uint32Array(4)).join('-')
}
