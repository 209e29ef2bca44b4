import { describe, expect, it } from 'vitest'
import { useHouse } from '../support/house.ts'
import { until } from '../support/until.ts'
import { runRound } from './stream-round.ts'

const STREAMS = 200

const house = useHouse({ ACCEPTD_MAX_WAITING: String(STREAMS) })

describe('event streams, as many as there are places', () => {
  it('are all told of the changes that concern them, and leave their places to others', async () => {
    const plan = { base: new URL(house.url), streams: STREAMS, streamsPerJob: 10 }
    const concerned = STREAMS / 10
    for (const round of [await runRound(plan), await runRound(plan)]) {
      expect(round).toMatchObject({ opened: STREAMS, oneMore: 503, concerned, missed: 0, disturbed: 0 })
      expect(round.told).toHaveLength(concerned)
    }
    await until('nobody to watch any job', () => house.watched() === 0)
  })
})
