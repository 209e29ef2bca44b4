/** The headers of a CloudEvent in binary mode (CloudEvents HTTP Protocol Binding 1.0.2, §3.1). */
import type { HeaderPairs } from './headers.ts'
import type { WebhookMessage } from './webhook-request.ts'

/** `ce-id` is the webhook's. They are not signed: whoever needs to trust them reads the body. */
export function cloudEventHeaders(
  { id, type, timestamp }: Omit<WebhookMessage, 'data'>,
  source: string,
): HeaderPairs {
  return [
    ['ce-specversion', '1.0'],
    ['ce-id', encoded(id)],
    ['ce-source', encoded(source)],
    ['ce-type', encoded(type)],
    ['ce-time', timestamp.toISOString()],
  ]
}

/** What is not printable ASCII, spaces, quotes and percent signs are percent-encoded (§3.1.3.2). */
function encoded(value: string): string {
  return value.replaceAll(/[^\u0021\u0023\u0024\u0026-\u007e]/gu, (character) =>
    [...Buffer.from(character)]
      .map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`)
      .join(''),
  )
}
