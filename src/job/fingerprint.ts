/** What two submissions have in common when they mean the same. */
import { hash } from 'node:crypto'
import canonicalize from 'canonicalize'
import { isObject } from './json.ts'

/**
 * SHA-256 (hex) over what is asked for: task, input and options in canonical JSON (RFC 8785), so that the order of
 * members, white space and the spelling of a time do not matter, nor by which route it came. Taken before the schema is
 * applied: what was accepted once must replay even after the schema was tightened.
 */
export function fingerprintOf(submission: unknown): string {
  const text = canonicalize(isObject(submission) ? meaning(submission) : submission) ?? 'undefined'
  return hash('sha256', text)
}

function meaning({ runAt, priority, tags, ...rest }: Record<string, unknown>): Record<string, unknown> {
  return {
    ...rest,
    ...(runAt === undefined ? {} : { runAt: instant(runAt) }),
    // Said or unsaid, a default asks for the same.
    ...(priority === undefined || priority === 0 ? {} : { priority }),
    ...(tags === undefined || (Array.isArray(tags) && tags.length === 0) ? {} : { tags }),
  }
}

function instant(runAt: unknown): unknown {
  const time = typeof runAt === 'string' ? Date.parse(runAt) : Number.NaN
  return Number.isNaN(time) ? runAt : new Date(time).toISOString()
}
