/** examples/slow-endpoint: the application and acceptd, started and asked as the README says. */
import { spawn, spawnSync } from 'node:child_process'
import path from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { JobDocument } from '../../src/http/representation.ts'
import { testDatabase } from '../support/database.ts'
import { serve } from '../support/processes.ts'
import { readme } from '../support/readme.ts'
import { runProgram } from '../support/run-program.ts'
import { until } from '../support/until.ts'

const APP = path.join(import.meta.dirname, '../../examples/slow-endpoint/slow_app.py')
const isMissing = spawnSync('python3', ['--version']).error !== undefined
const note = isMissing ? ' (skipped: there is no python3 on this machine)' : ''
const { settings, typed } = readme('slow-endpoint')

async function slowApp(env: Readonly<Record<string, string>>) {
  const child = spawn('python3', [APP], { env: { PATH: process.env['PATH'] ?? '', PORT: '0', ...env } })
  onTestFinished(() => void child.kill('SIGKILL'))
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (bytes: Buffer) => (output += bytes.toString()))
  }
  const url = () => /listening at (http:\S+)/.exec(output)?.[1] ?? ''
  await until('the application to listen', () => url() !== '')
  return { url: url(), calls: () => output.split(/^call /m).length - 1 }
}

async function started(env: Readonly<Record<string, string>>) {
  const database = await testDatabase()
  const acceptd = await serve({ ...env, DATABASE_URL: database.url })
  const stop = async () => {
    acceptd.process.kill('SIGTERM')
    expect(await acceptd.exited).toBe(0)
    await database.drop()
  }
  return { url: acceptd.url, stop }
}

/** What a person would see. */
async function shown(lines: string): Promise<string> {
  const { stdout } = await runProgram('sh', ['-euc', lines])
  return stdout
}

/** Waits as the README says; once more where half a minute is not enough for a machine that is busy. */
async function ended(lines: string, url: string): Promise<JobDocument | undefined> {
  let job: JobDocument | undefined
  await until('the job to end', async () => {
    const { stdout } = await runProgram('sh', ['-euc', lines + typed('Prefer: wait', url)])
    job = JSON.parse(stdout) as JobDocument
    return job.done
  })
  return job
}

describe.skipIf(isMissing)(`a 202 in front of a slow endpoint${note}`, () => {
  it('answers at once, calls until the endpoint is not busy, and keeps its answer', async () => {
    const [app, { url, stop }] = await Promise.all([slowApp({ SECONDS: '1' }), started(settings)])
    const submission = typed('job=', url).replace('http://127.0.0.1:8000', app.url)

    const submitted = await shown(`${submission}echo "$job"`)
    expect(submitted).toMatch(/^HTTP\/1.1 202 Accepted/)
    const location = submitted.trimEnd().split('\n').at(-1)
    const job = `job=${location}\n`

    expect(await ended(job, url)).toMatchObject({
      status: 'completed',
      attempt: 3,
      result: { status: 200, body: { month: '2026-11', rows: 1042 }, attempts: 3 },
    })

    const { stdout } = await runProgram('sh', ['-euc', job + typed('/attempts', url)])
    const { items } = JSON.parse(stdout) as { items: { outcome: string; error?: { code: string } }[] }
    expect(items.map(({ outcome, error }) => [outcome, error?.code])).toEqual([
      ['failed', 'http-server-error'],
      ['failed', 'http-server-error'],
      ['completed', undefined],
    ])

    const again = await shown(`${submission}echo "$job"`)
    expect(again.trimEnd().split('\n').at(-1)).toBe(location)
    expect(again).toMatch(/^Idempotent-Replayed: true/m)
    expect(app.calls()).toBe(3)
    await stop()
  })

  it('calls nothing private unless that was named', async () => {
    const [app, { url, stop }] = await Promise.all([slowApp({}), started({})])
    const submission = typed('job=', url).replace('http://127.0.0.1:8000', app.url)
    const output = await shown(submission)
    expect(output).toMatch(/^HTTP\/1.1 422 /)
    expect(output).toContain('The URL names an address that may not be called')
    expect(app.calls()).toBe(0)
    await stop()
  })

  it('fails with what the endpoint says where nothing is there', async () => {
    const [app, { url, stop }] = await Promise.all([slowApp({}), started(settings)])
    const submission = typed('job=', url).replace('http://127.0.0.1:8000/reports', `${app.url}/nothing`)
    const submitted = await shown(`${submission}echo "$job"`)
    const job = await ended(`job=${submitted.trimEnd().split('\n').at(-1)}\n`, url)
    expect(job).toMatchObject({ status: 'failed', attempt: 1, error: { code: 'http-client-error' } })
    expect(job?.error?.detail).toContain('there is nothing here')
    await stop()
  })
})
