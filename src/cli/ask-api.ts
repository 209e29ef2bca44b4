/** Asks a running API something, for a command; says what a person can do where it refuses or is not there. */
import type { Config } from '../config.ts'
import { isObject } from '../job/json.ts'
import { hostInUrl } from './welcome.ts'

export interface ApiAddress {
  /** Without a slash at its end. */
  readonly url: string
  readonly key?: string
}

/** The API said no; or what answered is none. The message is what it said. */
export class Refused extends Error {
  override readonly name = 'Refused'
}

/** Nothing answers there. */
export class Unreachable extends Error {
  override readonly name = 'Unreachable'
}

// Far longer than an answer takes; for what accepts connections and then says nothing.
const PATIENCE_MS = 60_000

/** Where the API of this configuration is, as this machine would call it. */
export function ownAddress({ host, port }: Pick<Config, 'host' | 'port'>): string {
  return `http://${hostInUrl(host)}:${port}`
}

/** @throws Refused, Unreachable */
export async function post({ url, key }: ApiAddress, path: string): Promise<Record<string, unknown>> {
  const headers = key === undefined ? {} : { Authorization: `Bearer ${key}` }
  let text = ''
  let ok = false
  try {
    const signal = AbortSignal.timeout(PATIENCE_MS)
    // Not followed: the key is for this address alone.
    const response = await fetch(url + path, { method: 'POST', headers, signal, redirect: 'manual' })
    ok = response.ok
    text = await response.text()
  } catch (error) {
    throw new Unreachable(`There is no answer from ${url}: ${reasonOf(error)}. Is acceptd running there?`, {
      cause: error,
    })
  }
  const body = parsed(text)
  if (ok && body) return body
  throw new Refused(body ? sentenceOf(body) : `${url} does not answer as acceptd does. Is --url right?`)
}

function parsed(text: string): Record<string, unknown> | undefined {
  try {
    const body: unknown = JSON.parse(text)
    return isObject(body) ? body : undefined
  } catch {
    return undefined
  }
}

/** Of a problem document: its detail, and everything that is not valid. */
function sentenceOf({ detail, errors }: Record<string, unknown>): string {
  const each = Array.isArray(errors) ? errors.filter(isObject) : []
  const lines = each.map((one) => {
    const where = typeof one['parameter'] === 'string' ? `${one['parameter']}: ` : ''
    return `  ${where}${String(one['detail'])}`
  })
  return [typeof detail === 'string' ? detail : 'The API refuses this', ...lines].join('\n')
}

function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error
  if (!(cause instanceof Error)) return String(cause)
  // With more than one address the message is empty.
  return cause.message || String((cause as NodeJS.ErrnoException).code)
}
