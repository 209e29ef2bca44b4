import { describe, expect, it } from 'vitest'
import { useHouse } from '../support/house.ts'
import { runCampaign } from './wait-campaign.ts'

const house = useHouse({ ACCEPTD_CONCURRENCY: '100' })

describe('whoever waits for a job', () => {
  it('is told of its end, whenever that comes and whether or not anybody listens just then', async () => {
    const { cycles, outages, missed } = await runCampaign({
      base: new URL(house.url),
      databaseUrl: house.databaseUrl,
      cycles: 300,
      atOnce: 20,
      killEveryMs: 100,
    })
    expect(missed).toEqual([])
    expect(cycles).toHaveLength(300)
    expect(outages.length).toBeGreaterThan(0)
  })
})
