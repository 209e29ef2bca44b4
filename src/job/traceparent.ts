/** The trace that a job belongs to (W3C Trace Context, level 1, §3.2). */
import { randomBytes } from 'node:crypto'

// Version 00; the ids must not be all zeros.
const TRACEPARENT = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/

/** As a client sent it; undefined where that is none, and then a new trace begins (§2.3). */
export function readTraceparent(sent: string | undefined): string | undefined {
  return sent !== undefined && TRACEPARENT.test(sent) ? sent : undefined
}

/** The client's; without one a trace of the job's own, the same for every attempt. */
export function traceparentOf(job: { readonly id: string; readonly traceparent: string | null }): string {
  return job.traceparent ?? `00-${job.id.replaceAll('-', '')}-${randomBytes(8).toString('hex')}-01`
}
