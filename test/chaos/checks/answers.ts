/** Every answer is one that callers were promised; where none came, a fault was near. */
import type { Asked, History, RequestKind } from '../history.ts'
import { faultsAround, type Check, type Violation } from './evidence.ts'

const check = 'answers'

const PROMISED: Readonly<Record<RequestKind, readonly number[]>> = {
  submit: [202, 409, 503],
  read: [200, 304, 410, 503],
  wait: [200, 304, 410, 503],
  watch: [200, 410, 503],
  cancel: [200, 202, 409, 410, 503],
  retry: [202, 409, 410, 503],
  delete: [204, 409, 410, 503],
  list: [200, 503],
}

export const answers: Check = ({ history }) => [
  ...history.asked.flatMap((asked) => {
    const { kind, jobId, status, retryAfter, error, api, from, to } = asked
    const say = (detail: string) => [{ check, detail: `${kind} ${jobId ?? asked.wish ?? ''}: ${detail}` }]
    if (status === undefined) {
      const near = faultsAround(history, api, from, to).some(({ target }) => target !== undefined)
      return near ? [] : say(`no answer from ${api} (${error}), and no fault was near it`)
    }
    // A request that arrived while its process was held is, when that goes on, one that took too long.
    if (status === REQUEST_TIMEOUT && wasHeld(history, asked)) return []
    if (!PROMISED[kind].includes(status)) return say(`answered ${status} (${asked.problem})`)
    if (status === 503 && retryAfter === undefined) return say('503 without Retry-After')
    return []
  }),
  ...backwards(history.asked),
]

const REQUEST_TIMEOUT = 408

function wasHeld(history: History, { api, from, to }: Asked): boolean {
  return faultsAround(history, api, from, to).some(({ kind, target }) => kind === 'pause' && target === api)
}

/** Who has seen a revision of a job never sees an older one afterwards, nor another state at the same. */
function backwards(asked: readonly Asked[]): Violation[] {
  const violations: Violation[] = []
  const seen = asked.filter(({ seen: some, jobId }) => some && jobId !== undefined)
  for (const [jobId, answersOfOne] of Map.groupBy(seen, (answer) => answer.jobId)) {
    const states = new Map<number, string>()
    let newest: Asked | undefined
    // By the time they were asked: who asks after an answer has come sees no less than it told.
    const byEnd = answersOfOne.toSorted((a, b) => a.to - b.to)
    for (const answer of answersOfOne.toSorted((a, b) => a.from - b.from)) {
      for (let first = byEnd[0]; first && first.to < answer.from; byEnd.shift(), first = byEnd[0])
        if (first.seen && first.seen.revision > (newest?.seen?.revision ?? 0)) newest = first
      const { revision = 0, status, end } = answer.seen ?? {}
      const before = newest?.seen?.revision ?? 0
      if (revision < before)
        violations.push({
          check,
          detail: `job ${jobId} was seen at revision ${before} and then at ${revision}`,
        })
      const state = `${status} ${end}`
      if (states.has(revision) && states.get(revision) !== state)
        violations.push({ check, detail: `job ${jobId} was seen as two things at revision ${revision}` })
      states.set(revision, state)
    }
  }
  return violations
}
