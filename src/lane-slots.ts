/** Lanes whose number of slots is not that of the others, as one setting names them. */
import { z } from 'zod'
import { isName } from './job/name.ts'
import { MAX_CONCURRENCY } from './job/task-rules.ts'

/** Numbers by lane. */
export const laneSlots = z.string().transform((text, context): ReadonlyMap<string, number> => {
  const pairs = text
    .split(',')
    .map((pair) => pair.trim())
    .filter(Boolean)
  const lanes = new Map<string, number>()
  for (const pair of pairs) {
    const [, lane = '', slots = ''] = /^([^=]+)=(\d{1,4})$/.exec(pair) ?? []
    if (!isName(lane) || slots === '' || Number(slots) > MAX_CONCURRENCY || lanes.has(lane)) {
      context.addIssue(
        `must be lane=jobs pairs such as mail=20,reports=0; each lane once, with 0 to ${MAX_CONCURRENCY}`,
      )
      return z.NEVER
    }
    lanes.set(lane, Number(slots))
  }
  return lanes
})
