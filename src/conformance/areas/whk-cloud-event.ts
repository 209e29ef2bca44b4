/** WHK: the same message as a CloudEvent. */
import { firstOf, whileTelling } from '../deliveries.ts'
import { expect, expectEqual } from '../expect.ts'
import type { Row } from '../row.ts'
import type { Document } from '../target.ts'

const RFC_3339 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})$/
/** Printable ASCII without space, quote and percent sign, but for what is percent-encoded. */
const ENCODED = /^(?:[\u0021\u0023\u0024\u0026-\u007e]|%[0-9A-Fa-f]{2})+$/

export const cloudEvent: Row = {
  id: 'WHK-10',
  title:
    'A CloudEvent in binary mode has its attributes as headers, encoded, and its id is that of the message',
  level: 'M',
  source: 'CE HTTP binding s3.1',
  needs: { feature: 'webhook', fixtures: ['toldAsCloudEvent'] },
  check: (target) =>
    whileTelling(
      target,
      undefined,
      async (telling) => {
        const { headers, body } = await firstOf(telling)
        const { type } = JSON.parse(body.toString()) as Document
        expectEqual(headers['ce-specversion'], '1.0', 'ce-specversion')
        expectEqual(headers['ce-id'], headers['webhook-id'], 'ce-id')
        expectEqual(decoded(headers['ce-type']), type, 'ce-type')
        expect((headers['ce-source'] ?? '') !== '', 'there is no ce-source')
        expect(RFC_3339.test(decoded(headers['ce-time'])), `ce-time is ${headers['ce-time']}, no RFC 3339`)
        const told = 'what the data is of is said by Content-Type'
        expect(!('ce-datacontenttype' in headers), `there is a ce-datacontenttype, and ${told}`)
        expect('content-type' in headers, `there is no Content-Type, and ${told}`)
        const attributes = Object.entries(headers).filter(([name]) => name.startsWith('ce-'))
        for (const [name, value] of attributes)
          expect(ENCODED.test(value), `${name} is not percent-encoded: ${value}`)
      },
      'toldAsCloudEvent',
    ),
}

function decoded(value = ''): string {
  try {
    return decodeURIComponent(value)
  } catch {
    return value
  }
}
