/** Faults of one process's line to the database. */
import { setTimeout as sleep } from 'node:timers/promises'
import { AROUND_A_LEASE_MS, type FaultMaker } from './fault.ts'

// Statements that change something, by their words or by the name that prepared ones go by.
const CHANGES = /commit|acceptd_\d|for key share|ending\.result/
// A claim, and a word that its answer has in it where there was something to claim: the task's.
const CLAIM = { statement: 'for key share', words: 'deed' }
const SWALLOW_MS = 3000

export const CONNECTION_FAULTS: readonly FaultMaker[] = [
  {
    kind: 'connection-delay',
    weight: 4,
    befalls: 'process',
    async make(_system, { proxy }, dice) {
      const ms = dice.whole(20, 300)
      proxy.delay(ms)
      await sleep(dice.whole(500, 5000))
      proxy.mend()
      return `${ms} ms`
    },
  },
  {
    kind: 'connection-blackhole',
    weight: 8,
    befalls: 'process',
    async make(_system, { proxy }, dice) {
      const ms = dice.chance(0.5) ? dice.whole(...AROUND_A_LEASE_MS) : dice.whole(500, 8000)
      proxy.blackhole()
      await sleep(ms)
      proxy.mend()
      // As by what stands in between and no longer knows these connections.
      proxy.reset()
      return `${ms} ms`
    },
  },
  {
    kind: 'connection-reset',
    weight: 4,
    befalls: 'process',
    make(_system, { proxy }) {
      proxy.reset()
      return Promise.resolve('all')
    },
  },
  {
    kind: 'reply-swallowed',
    weight: 12,
    befalls: 'process',
    async make(_system, { member, proxy }, dice) {
      const isClaim = member.role === 'worker' && dice.chance(0.5)
      if (isClaim) proxy.swallowReplyTo(CLAIM.statement, CLAIM.words)
      else proxy.swallowReplyTo(CHANGES)
      await sleep(SWALLOW_MS)
      proxy.mend()
      return `to a ${isClaim ? 'claim' : 'statement that changes something'}`
    },
  },
]
