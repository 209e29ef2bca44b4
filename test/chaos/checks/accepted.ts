/** An accepted job is never lost: it is there, can be read from then on, and ends. */
import type { Asked } from '../history.ts'
import { hasEnded, transitionsOf, type Check, type Evidence, type Violation } from './evidence.ts'

const check = 'accepted is kept'

export const accepted: Check = (evidence) => {
  const { asked } = evidence.history
  const acceptances = new Map<string, Asked>()
  for (const answer of asked) {
    if (answer.kind !== 'submit' || answer.status !== 202) continue
    if (answer.jobId === undefined) return [{ check, detail: `a 202 without a Location for ${answer.wish}` }]
    const earlier = acceptances.get(answer.jobId)
    if (!earlier || answer.to < earlier.to) acceptances.set(answer.jobId, answer)
  }
  return [...lost(evidence, acceptances), ...unreadable(evidence, acceptances), ...endless(evidence)]
}

function lost(evidence: Evidence, acceptances: ReadonlyMap<string, Asked>): Violation[] {
  const stored = new Set(evidence.snapshot.jobs.map(({ id }) => id))
  const transitions = transitionsOf(evidence)
  const deletesAsked = new Set(idsOf(evidence, 'delete'))
  return [...acceptances.keys()]
    .filter((id) => !stored.has(id))
    .filter((id) => !(deletesAsked.has(id) && transitions.get(id)?.at(-1)?.became === null))
    .map((id) => ({ check, detail: `job ${id} was accepted and is gone, though nobody deleted it` }))
}

/** From the 202 on its address answers; 410 only once somebody has asked to delete it. */
function unreadable({ history }: Evidence, acceptances: ReadonlyMap<string, Asked>): Violation[] {
  const deletes = Map.groupBy(
    history.asked.filter(({ kind }) => kind === 'delete'),
    ({ jobId }) => jobId,
  )
  return history.asked.flatMap(({ kind, jobId, status, from, to }) => {
    const acceptance = acceptances.get(jobId ?? '')
    if (!acceptance || acceptance.to > from || kind === 'submit' || kind === 'list') return []
    const deleted = deletes.get(jobId)?.some((request) => request.from < to) ?? false
    if (status === 404 || (status === 410 && !deleted)) {
      return [{ check, detail: `${kind} of job ${jobId} was answered ${status} after its 202` }]
    }
    return []
  })
}

function endless({ snapshot }: Evidence): Violation[] {
  return snapshot.jobs
    .filter(({ status }) => !hasEnded(status))
    .map(({ id, status }) => ({ check, detail: `job ${id} is still ${status} after everything was mended` }))
}

function idsOf({ history }: Evidence, kind: Asked['kind']): string[] {
  return history.asked.flatMap((request) =>
    request.kind === kind && request.jobId !== undefined ? [request.jobId] : [],
  )
}
