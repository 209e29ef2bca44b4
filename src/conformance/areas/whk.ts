/** WHK: how a receiver is told of the end of a job. */
import { firstOf, whileTelling, attempted } from '../deliveries.ts'
import { expect, expectEqual, skip } from '../expect.ts'
import type { Delivered } from '../receiver.ts'
import type { Row } from '../row.ts'
import type { Document, Target } from '../target.ts'
import { keyOf, signaturesOf, verifiedBy } from '../webhook-signature.ts'
import { attemptRows } from './whk-attempts.ts'
import { cloudEvent } from './whk-cloud-event.ts'
import { hang } from './whk-hang.ts'

const NEEDS = { feature: 'webhook', fixtures: ['told'] } as const
const MAX_BYTES = 20_000
const TOLERANCE_SECONDS = 300
const ISO_8601 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})$/

const message: Row = {
  id: 'WHK-01',
  title: 'The end of a job is one small POST of JSON that says what happened, when, and where to look',
  level: 'S',
  source: 'SW payload',
  needs: NEEDS,
  check: (target) =>
    whileTelling(target, undefined, async (telling) => {
      const { job, receiver } = telling
      const { method, headers, body } = await firstOf(telling)
      expectEqual(method, 'POST', 'the method')
      expectEqual(headers['content-type']?.split(';')[0], 'application/json', 'the Content-Type')
      expect(body.length < MAX_BYTES, `the message has ${body.length} bytes, not less than ${MAX_BYTES}`)
      const { type, timestamp, data } = JSON.parse(body.toString()) as Document
      expectEqual(type, 'job.completed', 'type')
      expect(ISO_8601.test(String(timestamp)), `timestamp is ${String(timestamp)}, no time in ISO 8601`)
      const told = (data ?? {}) as Document
      expectEqual(told['id'], target.get(await target.read(job), 'id'), 'data.id')
      expectEqual(target.statusOf(told), 'completed', 'the status in data')
      expectEqual(target.link(told, 'self', job).pathname, job.pathname, 'the link to the job in data')
      const delivery = await attempted(target, job)
      expectEqual(target.statusOf(delivery), 'completed', 'the status of what was delivered')
      expectEqual(receiver.received.length, 1, 'the number of messages')
      return `${body.length} bytes`
    }),
}

const headers: Row = {
  id: 'WHK-02',
  title: 'A message has its id, the time it was sent at and its signatures as headers',
  level: 'M',
  source: 'SW headers',
  needs: NEEDS,
  check: (target) =>
    whileTelling(target, undefined, async (telling) => {
      const delivered = await firstOf(telling)
      expectHeaders(delivered)
      const id = delivered.headers['webhook-id'] ?? ''
      expect(!id.includes('.'), `webhook-id has a full stop in it, which is what stands between: ${id}`)
    }),
}

function expectHeaders({ headers: sent, at }: Delivered): void {
  expect((sent['webhook-id'] ?? '') !== '', 'the message has no webhook-id')
  const timestamp = sent['webhook-timestamp'] ?? ''
  expect(/^\d+$/.test(timestamp), `webhook-timestamp is "${timestamp}", no whole number`)
  const offBy = Math.abs(at / 1000 - Number(timestamp))
  expect(offBy <= TOLERANCE_SECONDS, `webhook-timestamp is ${Math.round(offBy)} s off`)
  const signatures = signaturesOf({ headers: sent })
  expect(signatures.length > 0, 'the message has no webhook-signature')
  const wrong = signatures.filter((signature) => !/^v\d+[a-z]?,[A-Za-z0-9+/]+=*$/.test(signature))
  expectEqual(wrong, [], 'what is no version and base64 in webhook-signature')
}

const signature: Row = {
  id: 'WHK-03',
  title: 'The signature is the HMAC-SHA256 of id, time and body as they were sent',
  level: 'M',
  source: 'SW signature scheme',
  needs: NEEDS,
  check: (target) =>
    whileTelling(target, undefined, async (telling) => {
      const secrets = secretsOf(target, 1)
      const delivered = await firstOf(telling)
      const verified = secrets.flatMap((secret) => verifiedBy(secret, delivered))
      expect(verified.length > 0, 'no signature of the message is one with a secret of the profile')
    }),
}

const rotation: Row = {
  id: 'WHK-09',
  title: 'While a secret is replaced, the old one and the new one each verify a signature',
  level: 'S',
  source: 'SW rotation',
  needs: NEEDS,
  check: (target) =>
    whileTelling(target, undefined, async (telling) => {
      const secrets = secretsOf(target, 2)
      const delivered = await firstOf(telling)
      const verified = secrets.map((secret) => verifiedBy(secret, delivered).length)
      expectEqual(
        verified,
        secrets.map(() => 1),
        'how many signatures each secret verifies',
      )
    }),
}

/** Skips where the profile has not told so many. */
function secretsOf({ profile }: Target, least: number): readonly string[] {
  const { secrets } = profile.webhook
  if (secrets.length < least) skip(`the profile names ${secrets.length} webhook secrets, not ${least}`)
  for (const secret of secrets) keyOf(secret)
  return secrets
}

export const webhookRows: readonly Row[] = [
  message,
  headers,
  signature,
  attemptRows.schedule,
  attemptRows.redirect,
  attemptRows.gone,
  attemptRows.asked,
  hang,
  rotation,
  cloudEvent,
]
