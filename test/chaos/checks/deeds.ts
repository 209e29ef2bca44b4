/** Work is done at least once, and exactly once where no fault touched the job. */
import { attemptsOf, hasEnded, transitionsOf, type Check } from './evidence.ts'

const check = 'work is done once'

export const deeds: Check = (evidence) => {
  const effects = Map.groupBy(
    evidence.history.deeds.filter(({ deed }) => deed === 'effect'),
    ({ job }) => job,
  )
  const attempts = attemptsOf(evidence)
  const transitions = transitionsOf(evidence)
  return evidence.snapshot.jobs.flatMap(({ id, status }) => {
    const done = effects.get(id)?.length ?? 0
    if (status === 'completed' && done === 0)
      return [{ check, detail: `job ${id} completed and did nothing` }]
    // Each attempt that was cut off, or canceled when it was too late, may have done it, too.
    const cutOff = (attempts.get(id) ?? []).filter(
      ({ outcome }) => outcome !== 'completed' && outcome !== 'failed',
    )
    const ends = transitions.get(id)?.filter(({ became }) => became === 'completed').length ?? 0
    // One that has not ended, which another check tells of, may be at it.
    const underWay = hasEnded(status) ? 0 : 1
    if (done > cutOff.length + ends + underWay)
      return [{ check, detail: `job ${id} was done ${done} times, with ${cutOff.length} attempts cut off` }]
    return []
  })
}
