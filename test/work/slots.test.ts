import { describe, expect, it } from 'vitest'
import { useHouse } from '../support/house.ts'

const house = useHouse({ ACCEPTD_CONCURRENCY: '1' })

describe('a slot', () => {
  it('is taken until the task has really returned, however long ago its attempt timed out', async () => {
    // Times out after 0.2 s and is due again at once; the first attempt goes on all the same for a second.
    const stubborn = await house.api.submit('stubborn', { seconds: 1 })
    await house.reaches(stubborn.location, 'running')
    const first = (await house.api.job(stubborn.location)).startedAt ?? ''
    const failed = await house.reaches(stubborn.location, 'failed')
    expect(failed).toMatchObject({ attempt: 2, error: { code: 'timed-out' } })
    // Only from below: it may be later, never earlier.
    expect(Date.parse(failed.startedAt ?? '') - Date.parse(first)).toBeGreaterThanOrEqual(990)
  })
})
