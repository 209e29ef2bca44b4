/** examples/report: started, watched, fetched and canceled as its README says, with a report that takes less than a minute. */
import fs from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import type { JobDocument } from '../../src/http/representation.ts'
import { testDatabase } from '../support/database.ts'
import { serve, temporaryFolder } from '../support/processes.ts'
import { readme } from '../support/readme.ts'
import { runProgram } from '../support/run-program.ts'
import { until } from '../support/until.ts'

const { settings, typed } = readme('report')

async function started() {
  const database = await testDatabase()
  const acceptd = await serve({ ...settings, DATABASE_URL: database.url })
  const stop = async () => {
    acceptd.process.kill('SIGTERM')
    expect(await acceptd.exited).toBe(0)
    await database.drop()
  }
  return { url: acceptd.url, stop }
}

/** The README's line, for a report that takes as long as that. */
const submission = (url: string, seconds: number) =>
  typed('job=', url).replace('{"month":"2026-11"}', `{"month":"2026-11","seconds":${seconds}}`)

describe('the report that takes a minute', () => {
  it('is watched day by day, and fetched as a file', async () => {
    const { url, stop } = await started()
    const folder = await temporaryFolder()
    const lines = submission(url, 3) + typed('curl -OJ', url)
    const { code, stdout } = await runProgram('sh', ['-euc', lines], { cwd: folder })
    expect(code).toBe(0)

    const jobs = Array.from(
      stdout.matchAll(/^data: (.*)$/gm),
      ([, data = '']) => JSON.parse(data) as JobDocument,
    )
    expect(jobs.at(-1)).toMatchObject({ status: 'completed', done: true, attempt: 1, progress: 100 })
    const progress = jobs.map((job) => job.progress ?? 0)
    expect(progress).toEqual(progress.toSorted((one, other) => one - other))
    expect(progress.filter((percent) => percent > 0 && percent < 100).length).toBeGreaterThan(1)
    expect(jobs.map((job) => job.progressNote)).toContainEqual(
      expect.stringMatching(/^counting 2026-11-\d\d$/),
    )

    const rows = (await fs.readFile(path.join(folder, 'report-2026-11.csv'), 'utf8')).split('\n')
    expect(rows[0]).toBe('day,orders,revenue')
    expect(rows[1]).toMatch(/^2026-11-01,\d+,\d+\.\d\d$/)
    expect(rows.slice(30)).toEqual([expect.stringMatching(/^2026-11-30,/), ''])
    await stop()
  })

  it('stops when it is canceled', async () => {
    const { url, stop } = await started()
    const [submit = ''] = submission(url, 600).split('\n')
    const { stdout } = await runProgram('sh', ['-euc', `${submit}\necho "$job"`])
    const location = stdout.trim()
    const status = async () => ((await (await fetch(url + location)).json()) as JobDocument).status
    await until('the report to be made', async () => (await status()) === 'running')
    const canceled = await runProgram('sh', ['-euc', `job=${location}\n${typed('/cancel', url)}`])
    expect(JSON.parse(canceled.stdout)).toHaveProperty('cancelRequestedAt')
    // Only when the task has ended; one that did not listen would go on for ten minutes.
    await until('it to have stopped', async () => (await status()) === 'canceled')
    await stop()
  })

  it('refuses what is no month', async () => {
    const { url, stop } = await started()
    const headers = { 'Content-Type': 'application/json' }
    const response = await fetch(`${url}/tasks/monthly-report`, {
      method: 'POST',
      headers,
      body: '{"month":"2026-13"}',
    })
    expect(response.status).toBe(422)
    await stop()
  })
})
