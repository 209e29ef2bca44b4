/** What is sent: the caller's request with what acceptd adds, and the requests that look after it later. */
import { randomBytes } from 'node:crypto'
import manifest from '../../package.json' with { type: 'json' }
import type { TaskContext } from '../job/task.ts'
import { sign } from '../outbound/signature.ts'
import { bytesOf, contentTypeOf } from './body-input.ts'
import { headerOf, isSensitive, type HeaderPairs } from './headers.ts'
import { methodOf, type CallInput } from './input.ts'
import { REDACTED } from './secrets.ts'

export interface Outgoing {
  readonly method: string
  readonly url: string
  readonly headers: HeaderPairs
  readonly body?: Buffer
  /** The body as it may be shown. */
  readonly shownBody?: Buffer
}

type Identity = Pick<TaskContext, 'jobId' | 'attempt' | 'traceparent'>

/** The request that the job is about. `webhookSecrets` sign it. */
export function firstRequest(
  input: CallInput,
  { jobId, attempt, traceparent }: Identity,
  webhookSecrets: readonly string[],
  now: number,
): Outgoing {
  const method = methodOf(input)
  const body = input.body && bytesOf(input.body)
  const own = [
    ['Idempotency-Key', jobId],
    ['Acceptd-Attempt', String(attempt)],
    ...general(traceparent),
    ...(input.body ? [['Content-Type', contentTypeOf(input.body)] as const] : []),
    ...signature(webhookSecrets, jobId, Math.floor(now / 1000), body ?? Buffer.alloc(0)),
  ] as const
  const headers = [...withoutThose(own, callersHeaders(input)), ...callersHeaders(input)]
  if (!input.body || !body) return { method, url: input.url, headers }
  const shownBody = bytesOf(input.body, () => REDACTED)
  return { method, url: input.url, headers, body, shownBody }
}

/** A request about work that was accepted: to look how far it is, to fetch what came of it, to cancel it. */
export function laterRequest(
  input: CallInput,
  { traceparent }: Pick<Identity, 'traceparent'>,
  method: string,
  url: string,
): Outgoing {
  // About another origin nobody said that it may know these.
  const isAtHome = URL.parse(url)?.origin === URL.parse(input.url)?.origin
  const hidden = new Set(privateHeaders(input))
  const passed = callersHeaders(input).filter(([name]) => {
    if (/^(?:content-|idempotency-key$)/i.test(name)) return false
    return isAtHome || !hidden.has(name.toLowerCase())
  })
  return { method, url, headers: [...withoutThose(general(traceparent), passed), ...passed] }
}

/** Names, in lower case, of headers that are for the origin of the request only, and shown to nobody. */
export function privateHeaders({ headers }: CallInput): readonly string[] {
  return Object.entries(headers)
    .filter(([name, value]) => typeof value !== 'string' || isSensitive(name))
    .map(([name]) => name.toLowerCase())
}

function callersHeaders({ headers }: CallInput): HeaderPairs {
  return Object.entries(headers).map(([name, value]) => [
    name,
    typeof value === 'string' ? value : value.secret,
  ])
}

function withoutThose(own: HeaderPairs, given: HeaderPairs): HeaderPairs {
  return own.filter(([name]) => headerOf(given, name) === undefined)
}

/** What every request has. */
export function general(traceparent: string): HeaderPairs {
  const [version, trace, , flags] = traceparent.split('-')
  const agent = ['User-Agent', `acceptd/${manifest.version}`] as const
  if (!trace || !flags) return [agent]
  // The same trace, and a parent of its own: each request is a span.
  return [['traceparent', [version, trace, randomBytes(8).toString('hex'), flags].join('-')], agent]
}

function signature(secrets: readonly string[], id: string, seconds: number, body: Buffer): HeaderPairs {
  if (secrets.length === 0) return []
  return [
    ['webhook-id', id],
    ['webhook-timestamp', String(seconds)],
    ['webhook-signature', sign(secrets, id, seconds, body)],
  ]
}
