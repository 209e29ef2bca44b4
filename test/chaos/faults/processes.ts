/** Faults of processes: killed, told to stop, held. */
import { setTimeout as sleep } from 'node:timers/promises'
import { POINTS, POINTS_OF_WORK } from '../points.ts'
import type { Member } from '../member.ts'
import { AROUND_A_LEASE_MS, type FaultMaker } from './fault.ts'

// For a process to come by a point. A busy one does within a moment; a cancel or a retry may take longer.
const POINT_MS = 5000

export const PROCESS_FAULTS: readonly FaultMaker[] = [
  { kind: 'kill', weight: 30, befalls: 'process', roles: ['worker'], make: ending('SIGKILL') },
  { kind: 'kill', weight: 10, befalls: 'process', roles: ['api'], make: ending('SIGKILL') },
  { kind: 'terminate', weight: 10, befalls: 'process', make: ending('SIGTERM') },
  {
    kind: 'kill-at-point',
    weight: 16,
    befalls: 'process',
    async make(_system, { member }, dice) {
      const works = member.role === 'worker'
      const point = dice.one(POINTS.filter((name) => POINTS_OF_WORK.has(name) === works))
      const starts = member.starts()
      if (!(await member.killAt(point, POINT_MS))) return undefined
      await member.untilStart(starts + 1)
      return point
    },
  },
  {
    kind: 'pause',
    weight: 8,
    befalls: 'process',
    async make(_system, { member }, dice) {
      const ms = dice.chance(0.5) ? dice.whole(...AROUND_A_LEASE_MS) : dice.whole(1000, 20_000)
      member.signal('SIGSTOP')
      await sleep(ms)
      member.signal('SIGCONT')
      return `${ms} ms`
    },
  },
]

function ending(signal: NodeJS.Signals) {
  return async (_system: unknown, { member }: { readonly member: Member }) => {
    const starts = member.starts()
    if (!member.signal(signal)) return undefined
    await member.untilStart(starts + 1)
    return signal
  }
}
