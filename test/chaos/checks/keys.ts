/** One key, one job, and one request without a key no more than one. */
import type { Check } from './evidence.ts'

const check = 'one key, one job'

/** A key is free again once its job was deleted; a wish may then be granted once more. */
export const keys: Check = ({ history, snapshot }) => {
  const violations = [...Map.groupBy(snapshot.jobs, ({ key }) => key)]
    .filter(([key, jobs]) => key !== null && jobs.length > 1)
    .map(([key, jobs]) => ({ check, detail: `key ${key} has ${jobs.length} jobs` }))
  const granted = Map.groupBy(
    history.asked.filter(({ kind, status }) => kind === 'submit' && status === 202),
    ({ wish }) => wish ?? '',
  )
  for (const [wish, transitions] of Map.groupBy(snapshot.transitions, (transition) => transition.wish)) {
    const made = transitions.filter(({ was }) => was === null).length
    const deleted = transitions.filter(({ became }) => became === null).length
    if (made > 1 + deleted)
      violations.push({ check, detail: `${wish} was asked for once and made ${made} times` })
    const ids = new Set(granted.get(wish)?.map(({ jobId }) => jobId))
    if (ids.size > 1 + deleted)
      violations.push({ check, detail: `${wish} was answered with ${ids.size} jobs: ${[...ids].join(', ')}` })
  }
  return violations
}
