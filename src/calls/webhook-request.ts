/** A message as Standard Webhooks has it sent: its body, and the headers that name and sign it. */
import type { Json } from '../job/json.ts'
import type { TaskContext } from '../job/task.ts'
import { sign } from '../outbound/signature.ts'
import type { HeaderPairs } from './headers.ts'
import { general } from './request.ts'

/** What is to be told, ready to be sent. */
export interface WebhookMessage {
  /** What the receiver knows it by, however often it is sent. */
  readonly id: string
  readonly type: string
  readonly timestamp: Date
  readonly data: Json
}

/** Signed anew for each attempt: a receiver refuses what was signed long ago. */
export function webhookRequest(
  { id, type, timestamp, data }: WebhookMessage,
  secrets: readonly string[],
  { traceparent, attempt }: Pick<TaskContext, 'traceparent' | 'attempt'>,
): { readonly headers: HeaderPairs; readonly body: Buffer } {
  const body = Buffer.from(JSON.stringify({ type, timestamp: timestamp.toISOString(), data }))
  const seconds = Math.floor(Date.now() / 1000)
  return {
    body,
    headers: [
      ['Content-Type', 'application/json'],
      ['webhook-id', id],
      ['webhook-timestamp', String(seconds)],
      ['webhook-signature', sign(secrets, id, seconds, body)],
      ['Acceptd-Attempt', String(attempt)],
      ...general(traceparent),
    ],
  }
}
