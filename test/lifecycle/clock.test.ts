import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { apiAt } from '../support/api.ts'
import { documentedBy } from '../support/documented.ts'
import { useHouse } from '../support/house.ts'
import { serve } from '../support/processes.ts'

// Whose clock is right, and who has no worker.
const house = useHouse({ ACCEPTD_ROLE: 'api' })
const WRONG_CLOCK = path.join(import.meta.dirname, '../fixtures/wrong-clock.ts')

describe('a process whose clock is an hour off', () => {
  it.each([3600, -3600])('by %d s does nothing too early or too late', async (seconds) => {
    const wrong = await serve({
      DATABASE_URL: house.databaseUrl,
      ACCEPTD_RETENTION_SECONDS: '600',
      NODE_OPTIONS: `--import ${WRONG_CLOCK}`,
      WRONG_BY_SECONDS: String(seconds),
    })
    const api = apiAt(wrong.url, documentedBy(house.catalogue))

    // Its clock is wrong indeed, as its log has it.
    const [, logged = ''] = /"time":"([^"]+)"/.exec(wrong.output()) ?? []
    expect(Math.abs(Date.parse(logged) - Date.now() - seconds * 1000)).toBeLessThan(600_000)

    // Neither the time at which a job is due, nor the pause between attempts, nor the time it is kept for are by that clock.
    const retried = await api.submit('flaky', { failures: 2 })
    await house.reaches(retried.location, 'completed')
    const { status, attempt } = await api.job(retried.location)
    expect({ status, attempt }).toEqual({ status: 'completed', attempt: 3 })
    await house.api.get(`${retried.location}/result`).expect(200)
    expect((await house.api.get('/health')).body).toMatchObject({
      checks: { 'workers:alive': [{ observedValue: 1 }] },
    })

    const runAt = new Date(Date.now() + 300_000).toISOString()
    const due = await api.submit(`ok?runAt=${runAt}`, {})
    const asked = await Promise.all([api.get(due.location), house.api.get(due.location)])
    const [here = 0, there = 0] = asked.map(({ headers }) =>
      Number((headers as Record<string, string>)['retry-after']),
    )
    expect(there).toBeGreaterThan(250)
    expect(Math.abs(here - there)).toBeLessThanOrEqual(1)

    // What it hands back is due at once, for a worker whose clock is right.
    const slow = await api.submit('slow', { seconds: 3 })
    await house.reaches(slow.location, 'running')
    wrong.process.kill('SIGTERM')
    expect(await wrong.exited).toBe(0)
    expect((await house.api.job(slow.location)).status).toBe('pending')
    const right = await house.extend({ ACCEPTD_ROLE: 'worker' })
    await house.reaches(slow.location, 'completed')
    await right.close()
    await house.api.post(`${due.location}/cancel`).expect(200)
  })
})
