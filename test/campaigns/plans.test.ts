import { describe, expect, it } from 'vitest'
import { testDatabase } from '../support/database.ts'
import { survey } from './plans/survey.ts'

// Enough that a plan which reads a whole table, or sorts it, shows; npm run campaign:plans has a million. Fewer that wait:
// with so few pages a claim of a hundred rightly reads them all.
const MANY = { ended: 20_000, pending: 2000, callbacks: 2000 }

describe('every statement, on tables with many jobs', () => {
  it('finds its rows by an index, and puts no more in order than it needs', async () => {
    const database = await testDatabase()
    const surveyed = await survey(database.url, MANY)
    const flawed = surveyed.flatMap(({ operation, statement, flaws }) =>
      flaws.map((flaw) => `${operation}: ${flaw}: ${statement}`),
    )
    expect(flawed).toEqual([])
    expect(new Set(surveyed.map(({ operation }) => operation)).size).toBe(36 + 10)
    await database.drop()
  })
})
