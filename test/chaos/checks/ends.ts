/** A job ends once, and its end is not changed; only who asks for it has a failed or canceled one run again. */
import { hasEnded, transitionsOf, type Check, type Violation } from './evidence.ts'

const check = 'one end'

// Written down here once more, so that a mistake in the service's own table shows.
const LEGAL = new Set([
  'none>pending',
  'pending>running',
  'pending>canceled',
  'running>pending',
  'running>completed',
  'running>failed',
  'running>canceled',
  'failed>pending',
  'canceled>pending',
  'completed>none',
  'failed>none',
  'canceled>none',
])

export const ends: Check = (evidence) => {
  const { asked } = evidence.history
  const wanted = Map.groupBy(
    asked.filter(({ kind }) => kind === 'retry'),
    ({ jobId }) => jobId ?? '',
  )
  const violations: Violation[] = []
  const say = (detail: string) => void violations.push({ check, detail })
  for (const [id, transitions] of transitionsOf(evidence)) {
    let status: string | null = null
    let reruns = 0
    for (const { was, became, before_hash, end_hash } of transitions) {
      if (was !== status) say(`job ${id} was ${status ?? 'not there'} and then left ${was}`)
      if (was === became) {
        if (before_hash !== end_hash) say(`job ${id} had ended as ${was}, and its end was changed`)
      } else if (!LEGAL.has(`${was ?? 'none'}>${became ?? 'none'}`))
        say(`job ${id} went from ${was} to ${became}`)
      if (hasEnded(was) && became === 'pending') reruns++
      status = became
    }
    const asks = wanted.get(id)?.length ?? 0
    if (reruns > asks) say(`job ${id} was begun again ${reruns} times; that was asked for ${asks} times`)
  }
  return violations
}
