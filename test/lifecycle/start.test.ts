import { execFile } from 'node:child_process'
import fs from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import type { JobDocument } from '../../src/http/representation.ts'
import { command, serve, temporaryFolder, type Serving } from '../support/processes.ts'
import { until } from '../support/until.ts'

const submit = async ({ url }: Serving, task: string, input: object) => {
  const headers = { 'Content-Type': 'application/json' }
  const response = await fetch(`${url}/tasks/${task}`, {
    method: 'POST',
    body: JSON.stringify(input),
    headers,
  })
  return response.headers.get('location') ?? ''
}
const job = async ({ url }: Serving, location: string) =>
  (await (await fetch(url + location)).json()) as JobDocument
const reaches = (serving: Serving, location: string, status: string) =>
  until(`${location} to be ${status}`, async () => (await job(serving, location)).status === status)
const postmaster = async (dataDir: string) => {
  const text = await fs.readFile(path.join(dataDir, 'postgres/postmaster.pid'), 'utf8').catch(() => '')
  return text === '' ? undefined : Number(text.split('\n')[0])
}
const stop = async (serving: Serving) => {
  serving.process.kill('SIGINT')
  expect(await serving.exited).toBe(0)
}
const expectAgreement = async (env: Record<string, string>) => {
  expect(await command(['audit'], env)).toEqual({ code: 0, output: 'Jobs and queue agree.\n' })
}

describe('acceptd serve, with nothing but a folder', () => {
  it.each([
    { where: 'on this machine', env: {}, location: /^Location: \/jobs\// },
    {
      where: 'with API keys and an address elsewhere',
      env: { ACCEPTD_API_KEYS: 'ada:0123456789abcdef', ACCEPTD_PUBLIC_URL: 'https://jobs.example/async' },
      location: /^Location: https:\/\/jobs\.example\/async\/jobs\//,
    },
  ])('prints three lines that work when pasted, all at once, $where', async ({ env, location }) => {
    const acceptd = await serve({ ...env, ACCEPTD_DATA_DIR: await temporaryFolder() })
    const lines = acceptd
      .output()
      .split('\n')
      .filter((line) => /^(answer=|job=|curl)/.test(line))
    expect(lines).toHaveLength(3)
    const errors = path.join(await temporaryFolder(), 'errors')
    // Errors are added to a file that has something: nothing may begin it anew.
    await fs.writeFile(errors, 'kept\n')
    const typed = `exec 2>> ${errors}\n${lines.join('\n')}`
    const { stdout } = await promisify(execFile)('sh', ['-euc', typed], {
      env: { ...process.env, ACCEPTD_API_KEY: '0123456789abcdef' },
    })
    const [submitted = '', ...rest] = stdout.split(/^(?=HTTP\/1.1)/m)
    expect(submitted).toMatch(/^HTTP\/1.1 202 Accepted/)
    expect(submitted).toMatch(new RegExp(location, 'm'))
    expect(submitted).toMatch(/^Retry-After: 1\r*$/m)
    expect(rest[0]).toMatch(/^HTTP\/1.1 200 OK/)
    expect(rest[0]).toMatch(/"status":"(pending|running|completed)"/)
    expect(stdout.trimEnd().split('\n').at(-1)?.trim()).toBe('{"words":6}')
    expect(await fs.readFile(errors, 'utf8')).toMatch(/^kept\n/)
    await stop(acceptd)
  })

  it('prints a command that does the same', async () => {
    const acceptd = await serve({ ACCEPTD_DATA_DIR: await temporaryFolder() })
    const [, line = ''] = /^node bin\/acceptd\.js (run .*)$/m.exec(acceptd.output()) ?? []
    const { stdout } = await promisify(execFile)('sh', ['-euc', `"$NODE" "$BIN" ${line}`], {
      env: {
        ...process.env,
        NODE: process.execPath,
        BIN: path.join(import.meta.dirname, '../../bin/acceptd.js'),
      },
    })
    expect(stdout).toBe('{"words":6}\n')
    await stop(acceptd)
  })

  it('keeps its jobs from one start to the next, and takes Postgres with it when it goes', async () => {
    const env = { ACCEPTD_DATA_DIR: await temporaryFolder() }
    const first = await serve(env)
    const location = await submit(first, 'ok', { value: 'kept' })
    await reaches(first, location, 'completed')
    await stop(first)
    expect(await postmaster(env.ACCEPTD_DATA_DIR)).toBeUndefined()
    const second = await serve(env)
    expect((await job(second, location)).result).toEqual({ value: 'kept' })
    await stop(second)
    await expectAgreement(env)
  })

  it('survives kill -9: Postgres lives on, the next start finds it and runs again what was running', async () => {
    const env = { ACCEPTD_DATA_DIR: await temporaryFolder() }
    const first = await serve(env)
    const location = await submit(first, 'slow', { seconds: 1.5 })
    await reaches(first, location, 'running')
    first.process.kill('SIGKILL')
    await first.exited
    const pid = await postmaster(env.ACCEPTD_DATA_DIR)
    const second = await serve(env)
    expect(await postmaster(env.ACCEPTD_DATA_DIR)).toBe(pid)
    await reaches(second, location, 'completed')
    expect(await job(second, location)).toMatchObject({ attempt: 2, maxAttempts: 3 })
    await stop(second)
    expect(await postmaster(env.ACCEPTD_DATA_DIR)).toBeUndefined()
    await expectAgreement(env)
  })

  it('may be an API and a worker on one folder, started at the same instant; the last one out stops Postgres', async () => {
    const env = { ACCEPTD_DATA_DIR: await temporaryFolder() }
    const [api, worker] = await Promise.all([
      serve({ ...env, ACCEPTD_ROLE: 'api' }),
      serve({ ...env, ACCEPTD_ROLE: 'worker' }),
    ])
    await reaches(api, await submit(api, 'ok', {}), 'completed')
    // Across processes: the cancel is asked of one and heard by the other.
    const slow = await submit(api, 'slow', { seconds: 60 })
    await reaches(api, slow, 'running')
    expect((await fetch(`${api.url}${slow}/cancel`, { method: 'POST' })).status).toBe(202)
    await reaches(api, slow, 'canceled')

    await stop(worker)
    expect(await postmaster(env.ACCEPTD_DATA_DIR)).toBeDefined()
    expect((await fetch(`${api.url}/readyz`)).status).toBe(200)
    await stop(api)
    expect(await postmaster(env.ACCEPTD_DATA_DIR)).toBeUndefined()
    await expectAgreement(env)
  })
})
