/** `acceptd retry --where` and `acceptd delete --where`, at an API that asks for a key. */
import { describe, expect, it } from 'vitest'
import { useHouse } from '../support/house.ts'
import { call, useShell } from './support/at-the-shell.ts'

useShell()
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
const acceptd = (...words: string[]) => call([...words, '--url', house.url, '--api-key', KEY])
const fine = (out: string) => ({ code: 0, out, err: '' })

describe('acceptd retry and acceptd delete', () => {
  it('say how many there are, and run them again, and delete them', async () => {
    const locations = await failedJobs('cli', 3)
    const where = ['--where', 'status=failed,tag=cli,code=no-such-account']
    expect(await acceptd('retry', ...where, '--dry-run')).toEqual(fine('3 jobs would be run again.\n'))
    expect(await jobAt(locations[0] ?? '')).toMatchObject({ attempt: 1 })
    expect(await acceptd('retry', ...where)).toEqual(fine('3 jobs run again.\n'))
    for (const location of locations)
      await expect.poll(() => jobAt(location)).toMatchObject({ status: 'failed', attempt: 2 })
    expect(await acceptd('delete', ...where)).toEqual(fine('3 jobs deleted.\n'))
    for (const location of locations) await house.api.get(location).set(authorization).expect(410)
    expect(await acceptd('delete', ...where)).toEqual(fine('0 jobs deleted.\n'))
  })

  it('go on until there are no more', async () => {
    // More than one request takes.
    await house.database.pool.query(`
      insert into acceptd.jobs (id, principal, task, status, input, tags, attempt, max_attempts, fingerprint, priority,
        started_at, finished_at, expires_at, failure)
      select gen_random_uuid(), 'ada', 'ok', 'failed', '{}', '{heap}', 1, 1, '', 0, now(), now(),
        now() + interval '1 day', '{"code":"task-failed"}'
      from generate_series(1, 1100)`)
    const deleted = await acceptd('delete', '--where', 'status=failed', '--where', 'tag=heap')
    expect(deleted).toEqual(fine('1000 jobs deleted so far.\n1100 jobs deleted.\n'))
  })

  it('exit with 2 and the reason where the API refuses the filters', async () => {
    const [typo, all] = await Promise.all([
      acceptd('retry', '--where', 'statsu=failed'),
      acceptd('delete', '--where', 'tag=cli'),
    ])
    expect(typo).toMatchObject({ code: 2, err: expect.stringContaining('Did you mean "status"?') as string })
    expect(all).toMatchObject({ code: 2, err: expect.stringContaining('status') as string })
  })

  it('exit with 2 where they are not understood', async () => {
    const wrong = [
      ['retry'],
      ['retry', '--where', 'failed'],
      ['retry', '--where', 'status=failed,'],
      ['retry', '--where', 'limit=5'],
      ['retry', 'some-id', '--where', 'status=failed'],
      ['retry', '--where', 'status=failed', '--wait'],
      ['delete', 'some-id', '--dry-run'],
      ['delete', '--where', 'status=failed', '--url', 'localhost:3000'],
    ]
    for (const ended of await Promise.all(wrong.map((words) => call(words))))
      expect(ended).toMatchObject({ code: 2, out: '', err: expect.stringMatching(/^error: /) as string })
  })
})

describe('an API that asks for a key', () => {
  it('is asked with the one of the environment, or of the command line', async () => {
    const env = { ACCEPTD_URL: house.url, ACCEPTD_API_KEY: KEY }
    expect(await call(['run', 'ok'], { env })).toMatchObject({ code: 0 })
    expect(await acceptd('run', 'ok')).toMatchObject({ code: 0 })
  })

  it('is not asked without, or with a wrong one, which is shown nowhere', async () => {
    const secret = 'not-the-key-of-anybody'
    const env = { ACCEPTD_URL: house.url }
    const [none, wrong, given, unusable] = await Promise.all([
      call(['run', 'ok'], { env }),
      call(['run', 'ok'], { env: { ...env, ACCEPTD_API_KEY: secret } }),
      call(['status', 'x', '--api-key', secret], { env }),
      call(['run', 'ok'], { env: { ...env, ACCEPTD_API_KEY: `${secret} ü` } }),
    ])
    expect(none).toMatchObject({
      code: 2,
      out: '',
      err: expect.stringContaining('Set ACCEPTD_API_KEY') as string,
    })
    for (const one of [wrong, given]) {
      expect(one).toMatchObject({ code: 2, out: '' })
      expect(one.err).toContain('does not know this key')
    }
    expect(unusable).toMatchObject({
      code: 2,
      err: 'error: ACCEPTD_API_KEY must be printable ASCII, without blanks\n',
    })
    for (const { err } of [wrong, given, unusable]) expect(err).not.toContain(secret)
  })
})
