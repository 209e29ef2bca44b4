import { describe, expect, it } from 'vitest'
import { command } from '../support/processes.ts'
import { useHouse } from '../support/house.ts'

const KEY = 'a-key-of-sixteen-characters'
const house = useHouse({ ACCEPTD_API_KEYS: `ada:${KEY}` })
const authorization = { Authorization: `Bearer ${KEY}` }

async function failedJobs(tag: string, count: number): Promise<readonly string[]> {
  const accepted = await Promise.all(
    Array.from({ length: count }, () => house.api.submit(`fail?tags=${tag}`, {}, authorization)),
  )
  const locations = accepted.map(({ location }) => location)
  for (const location of locations)
    await expect.poll(async () => (await jobAt(location)).status, { timeout: 10_000 }).toBe('failed')
  return locations
}

const jobAt = async (location: string) =>
  (await house.api.get(location).set(authorization)).body as { status: string; attempt: number }
const acceptd = (...words: string[]) => command([...words, '--url', house.url, '--key', KEY])

describe('acceptd retry and acceptd delete', () => {
  it('say how many there are, and run them again, and delete them', async () => {
    const locations = await failedJobs('cli', 3)
    const where = ['--where', 'status=failed,tag=cli,code=no-such-account']
    expect(await acceptd('retry', ...where, '--dry-run')).toEqual({
      code: 0,
      output: '3 jobs would be run again.\n',
    })
    expect(await jobAt(locations[0] ?? '')).toMatchObject({ attempt: 1 })
    expect(await acceptd('retry', ...where)).toEqual({ code: 0, output: '3 jobs run again.\n' })
    for (const location of locations)
      await expect.poll(() => jobAt(location)).toMatchObject({ status: 'failed', attempt: 2 })
    expect(await acceptd('delete', ...where)).toEqual({ code: 0, output: '3 jobs deleted.\n' })
    for (const location of locations) await house.api.get(location).set(authorization).expect(410)
    expect(await acceptd('delete', ...where)).toEqual({ code: 0, output: '0 jobs deleted.\n' })
  })

  it('go on until there are no more', async () => {
    // More than one request takes.
    await house.database.pool.query(`
      insert into acceptd.jobs (id, principal, task, status, input, tags, attempt, max_attempts, fingerprint, priority,
        started_at, finished_at, expires_at, failure)
      select gen_random_uuid(), 'ada', 'ok', 'failed', '{}', '{heap}', 1, 1, '', 0, now(), now(),
        now() + interval '1 day', '{"code":"task-failed"}'
      from generate_series(1, 1100)`)
    const { code, output } = await acceptd('delete', '--where', 'status=failed', '--where', 'tag=heap')
    expect({ code, output }).toEqual({ code: 0, output: '1000 jobs deleted so far.\n1100 jobs deleted.\n' })
  })

  it('exit with 1 and the reason where the API refuses', async () => {
    const typo = await acceptd('retry', '--where', 'statsu=failed')
    expect(typo).toMatchObject({
      code: 1,
      output: expect.stringContaining('Did you mean "status"?') as string,
    })
    const all = await acceptd('delete', '--where', 'tag=cli')
    expect(all).toMatchObject({ code: 1, output: expect.stringContaining('status') as string })
    const stranger = await command(['retry', '--where', 'tag=cli', '--url', house.url])
    expect(stranger).toEqual({ code: 1, output: 'Send your key as Authorization: Bearer <key>\n' })
  })

  it('exit with 4 where there is no API, and say where they looked', async () => {
    const { code, output } = await command(['retry', '--where', 'tag=cli'], { PORT: '1' })
    expect(code).toBe(4)
    expect(output).toMatch(/^There is no answer from http:\/\/localhost:1: .*Is acceptd running there\?\n$/)
  })

  it.each([
    ['retry'],
    ['retry', '--where', 'failed'],
    ['retry', '--where', 'status=failed,'],
    ['retry', '--where', 'limit=5'],
    ['delete', '--where', 'status=failed', '--url', 'localhost:3000'],
  ])('exit with 1 where they are not understood: acceptd %s %s %s', async (...words) => {
    const { code, output } = await command(words.filter(Boolean))
    expect(code).toBe(1)
    expect(output).toMatch(/^error: /)
  })

  it('teach by an example', async () => {
    for (const verb of ['retry', 'delete']) {
      const { code, output } = await command([verb, '--help'])
      expect(code).toBe(0)
      expect(output).toContain(`acceptd ${verb} --where status=`)
    }
  })
})
