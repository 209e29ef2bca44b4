import { describe, expect, it } from 'vitest'
import { useHouse } from '../support/house.ts'
import { DELIVERY_SETTINGS, runDeliveries } from './deliveries/campaign.ts'

const house = useHouse(DELIVERY_SETTINGS)

// The slots of the lane, unless an operator says otherwise.
const UNDER_WAY = 100

describe('the end of a job', () => {
  it('is told, signed and under one id, to receivers that fail half the time', async () => {
    const { submitted, received, redelivered, gone, violations } = await runDeliveries({
      base: new URL(house.url),
      databaseUrl: house.databaseUrl,
      deliveries: 300,
      seed: '1',
      ports: 4,
      submittedAtOnce: 20,
      underWay: () => UNDER_WAY,
    })
    expect(Object.entries(violations).filter(([, count]) => count > 0)).toEqual([])
    expect(submitted).toHaveLength(300)
    expect(received.length).toBeGreaterThan(400)
    expect(redelivered.length).toBeGreaterThan(0)
    expect(gone.size).toBeGreaterThan(0)
  })
})
