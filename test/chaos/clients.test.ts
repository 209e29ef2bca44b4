import { describe, expect, it } from 'vitest'
import { useHouse } from '../support/house.ts'
import { runClients, violationsIn } from './clients.ts'
import { dice } from './dice.ts'

const house = useHouse()

describe('the client', () => {
  it('runs each job once, though a quarter of its requests meets with trouble', async () => {
    const jobs = 150
    const { wrong, requests, troubles } = await runClients({
      target: () => house.url,
      dice: dice('clients'),
      jobs,
      atOnce: 25,
    })
    expect(wrong).toEqual([])
    expect(await violationsIn(house.database.pool, jobs)).toEqual([])
    expect(requests).toBeGreaterThan(jobs)
    expect(troubles['answer lost']).toBeGreaterThan(0)
  })
})
