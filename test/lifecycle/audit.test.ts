import fs from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { audit } from '../../src/queue/audit.ts'
import { useHouse } from '../support/house.ts'
import { command, temporaryFolder } from '../support/processes.ts'
import { until } from '../support/until.ts'

const house = useHouse()

const query = async (text: string, ids: readonly string[]) =>
  (await house.database.pool.query<Record<string, unknown>>(text, [ids])).rows
const acceptd = (...words: string[]) => command(words, { DATABASE_URL: house.databaseUrl })
const AGREE = { code: 0, output: 'Jobs and queue agree.\n' }

/** Repairs these jobs and no others, and says so in these words. */
async function repairs(expected: Readonly<Record<string, string>>): Promise<void> {
  const { code, output } = await acceptd('audit', '--repair')
  const told = output.split('\n').filter((line) => line.includes('job:'))
  expect(Object.fromEntries(told.map((line) => [line.slice(0, 36), line.split('  ').at(-1)]))).toEqual(
    expected,
  )
  expect({ code, output }).toMatchObject({ code: 0, output: expect.stringContaining('mended.') as string })
  expect(await audit(house.database.db)).toEqual([])
}

interface Job {
  readonly location: string
  readonly id: string
}

/** Jobs that are not due before somebody says so. */
const waiting = (count: number): Promise<Job[]> =>
  Promise.all(
    Array.from({ length: count }, async () => {
      const later = new Date(Date.now() + 3_600_000).toISOString()
      const { location, job } = await house.api.submit(`ok?runAt=${later}`, {})
      return { location, id: job.id }
    }),
  )

/** Jobs that run until `goOn` is called. */
async function running(count: number) {
  const file = path.join(await temporaryFolder(), 'go-on')
  const jobs: Job[] = await Promise.all(
    Array.from({ length: count }, async () => {
      const { location, job } = await house.api.submit('until-file', { file })
      await house.reaches(location, 'running')
      return { location, id: job.id }
    }),
  )
  return { jobs, goOn: () => fs.writeFile(file, '') }
}

describe('acceptd audit --repair', () => {
  it('has nothing to do where jobs and queue agree', async () => {
    const before = await waiting(1)
    expect(await acceptd('audit', '--repair')).toEqual(AGREE)
    await house.api.post(`${before[0]!.location}/cancel`).expect(200)
  })

  it('delivers waiting jobs that were not, or from the wrong queue; they run without a restart', async () => {
    const [gone, ended, taken, elsewhere] = (await waiting(4)) as [Job, Job, Job, Job]
    await query('delete from acceptd_queue.job where id = any($1::uuid[])', [gone.id])
    await query(`update acceptd_queue.job set state = 'completed' where id = any($1::uuid[])`, [ended.id])
    await query(`update acceptd_queue.job set state = 'active' where id = any($1::uuid[])`, [taken.id])
    await query(`update acceptd.jobs set queue = 'aside' where id = any($1::uuid[])`, [elsewhere.id])
    const all = [gone, ended, taken, elsewhere]
    await query(
      'update acceptd.jobs set run_at = now() where id = any($1::uuid[])',
      all.map(({ id }) => id),
    )
    await house.reaches((await house.api.submit('ok', {})).location, 'completed')
    const { code, output } = await acceptd('audit')
    expect(code).toBe(1)
    expect(output).toContain('To mend them: acceptd audit --repair')
    for (const { location } of all) expect(await house.api.job(location)).toMatchObject({ attempt: 0 })
    await repairs({
      [gone.id]: 'delivered anew',
      [ended.id]: 'delivered anew',
      [taken.id]: 'delivered anew',
      [elsewhere.id]: 'delivery moved to where the job is',
    })
    for (const { location } of all)
      expect(await house.reaches(location, 'completed')).toMatchObject({ attempt: 1 })
  })

  it('restores the deliveries of running jobs, so that their attempts can end', async () => {
    const { jobs, goOn } = await running(4)
    const [gone, failed, waits, counted] = jobs as [Job, Job, Job, Job]
    await query('delete from acceptd_queue.job where id = any($1::uuid[])', [gone.id])
    await query(`update acceptd_queue.job set state = 'failed' where id = any($1::uuid[])`, [failed.id])
    // Not due, or the worker would take it for a leftover and drop it.
    await query(
      `update acceptd_queue.job set state = 'created', start_after = now() + interval '1 hour' where id = any($1::uuid[])`,
      [waits.id],
    )
    await query('update acceptd_queue.job set retry_count = 7 where id = any($1::uuid[])', [counted.id])
    await repairs(Object.fromEntries(jobs.map(({ id }) => [id, 'delivery restored'])))
    await goOn()
    for (const { location } of jobs)
      expect(await house.reaches(location, 'completed')).toMatchObject({ attempt: 1 })
  })

  it('comes late: an attempt that could not be settled is handed back then, and the job runs again', async () => {
    const [file, next] = [
      path.join(await temporaryFolder(), 'one'),
      path.join(await temporaryFolder(), 'two'),
    ]
    const first = await house.api.submit('single-file', { file })
    await house.reaches(first.location, 'running')
    await query('delete from acceptd_queue.job where id = any($1::uuid[])', [first.job.id])
    await fs.writeFile(file, '')
    // One at a time: so the first has returned.
    const second = await house.api.submit('single-file', { file: next })
    await house.reaches(second.location, 'running')
    expect(await house.api.job(first.location)).toMatchObject({ status: 'running' })
    await repairs({ [first.job.id]: 'delivery restored' })
    await fs.writeFile(next, '')
    const { attempt, maxAttempts } = await house.reaches(first.location, 'completed')
    expect(maxAttempts - attempt).toBe(2)
    await house.reaches(second.location, 'completed')
  })

  it('restores the delivery of a job whose worker is dead, which can then be taken back', async () => {
    const { jobs, goOn } = await running(1)
    const { id, location } = jobs[0]!
    await query('delete from acceptd_queue.job where id = any($1::uuid[])', [id])
    // As after its death.
    await query('update acceptd.jobs set worker_id = gen_random_uuid() where id = any($1::uuid[])', [id])
    await repairs({ [id]: 'delivery restored' })
    await until('it to be taken back', async () => (await house.api.job(location)).attempt === 2)
    await goOn()
    expect(await house.reaches(location, 'completed')).toMatchObject({ attempt: 2 })
  })

  it('deletes deliveries whose job is not there or has ended', async () => {
    const [waits, over] = (await waiting(2)) as [Job, Job]
    const { jobs, goOn } = await running(1)
    const runs = jobs[0]!
    await query('delete from acceptd.jobs where id = any($1::uuid[])', [waits.id, runs.id])
    await query(
      `update acceptd.jobs set status = 'canceled', finished_at = now(), expires_at = now() + interval '1 day' where id = any($1::uuid[])`,
      [over.id],
    )
    await repairs({
      [waits.id]: 'delivery deleted',
      [over.id]: 'delivery deleted',
      [runs.id]: 'delivery deleted',
    })
    // Its task returns to find that it was for nobody.
    await goOn()
  })

  it('says which it could not mend and why, mends the others, and exits 1', async () => {
    const [lost, gone] = (await waiting(2)) as [Job, Job]
    await query(`update acceptd.jobs set queue = 'nowhere' where id = any($1::uuid[])`, [lost.id])
    await query('delete from acceptd_queue.job where id = any($1::uuid[])', [gone.id])
    const { code, output } = await acceptd('audit', '--repair')
    expect(code).toBe(1)
    expect(output).toMatch(new RegExp(`${lost.id} .*could not be mended: There is no queue nowhere`))
    expect(output).toMatch(new RegExp(`${gone.id} .*delivered anew`))
    expect(output).toContain('1 mended, 1 could not be.')
    await query(`update acceptd.jobs set queue = 'default' where id = any($1::uuid[])`, [lost.id])
  })
})
