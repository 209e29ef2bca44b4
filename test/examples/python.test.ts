/** examples/python: the client as a command and as a module, against a service that works and fronts that do not. */
import { spawnSync } from 'node:child_process'
import fs from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { freePorts } from '../support/free-ports.ts'
import { useHouse } from '../support/house.ts'
import { temporaryFolder } from '../support/processes.ts'
import { runProgram } from '../support/run-program.ts'
import { shakyFront } from '../support/shaky-front.ts'
import { until } from '../support/until.ts'

const FOLDER = path.join(import.meta.dirname, '../../examples/python')
const isMissing = spawnSync('python3', ['--version']).error !== undefined
const note = isMissing ? ' (skipped: there is no python3 on this machine)' : ''

// Nothing is to be left behind in the folder.
const env = { PYTHONDONTWRITEBYTECODE: '1' }
const command = (words: readonly string[], more: Readonly<Record<string, string>> = {}) =>
  runProgram('python3', [path.join(FOLDER, 'run_job.py'), ...words], { env: { ...env, ...more } })
const inPython = (lines: string) => runProgram('python3', ['-c', lines], { env, cwd: FOLDER })

describe.skipIf(isMissing)(`run_job.py${note}`, () => {
  const house = useHouse()
  const jobsOf = async (task: string) => {
    const { body } = await house.api.get(`/jobs?task=${task}`).expect(200)
    return (body as { items: unknown[] }).items
  }

  it('prints the status as it changes, and the result in the end', async () => {
    const { code, stdout, stderr } = await command(['--url', house.url])
    expect({ code, stdout }).toEqual({ code: 0, stdout: '{"words": 6}\n' })
    expect(stderr).toMatch(/^pending\s[^]*completed\s+$/)
  })

  it('is a function that answers the result', async () => {
    const { stdout, stderr } = await inPython(`
from run_job import run
print(run("word-count", {"text": "to be or not to be"}, "${house.url}/")["words"])
`)
    expect({ stdout, stderr }).toEqual({ stdout: '6\n', stderr: '' })
  })

  it('answers large results, and files as bytes', async () => {
    const { stdout, stderr } = await inPython(`
from run_job import run
print(len(run("big", {"bytes": 100_000}, "${house.url}")["text"]))
print(run("file", {"base64": "AP8="}, "${house.url}"))
`)
    expect({ stdout, stderr }).toEqual({ stdout: `100000\nb'\\x00\\xff'\n`, stderr: '' })
  })

  it('raises with the document when the job failed; the command ends with 1', async () => {
    const { stdout } = await inPython(`
from run_job import JobFailed, run
try:
    run("fail", {}, "${house.url}", key="to-fail")
except JobFailed as failed:
    print(failed.job["error"]["code"], failed.job["error"]["retryable"])
`)
    expect(stdout).toBe('no-such-account False\n')
    // The same key, so it is about the same job.
    const { code, stderr } = await command(['fail', '{}', '--key', 'to-fail', '--url', house.url])
    expect(code).toBe(1)
    expect(stderr).toMatch(/ failed: There is no account of this name\n$/)
  })

  it('ends with 3 when somebody cancels the job', async () => {
    const { stdout } = await inPython(`
import urllib.request
from run_job import JobCanceled, run

def cancel(job):
    if "cancel" in job["links"]:
        urllib.request.urlopen("${house.url}" + job["links"]["cancel"], b"").close()

try:
    run("slow", {"seconds": 600}, "${house.url}", key="to-be-canceled", on_change=cancel)
except JobCanceled:
    print("canceled")
`)
    expect(stdout).toBe('canceled\n')
    const words = ['slow', '{"seconds": 600}', '--key', 'to-be-canceled', '--url', house.url]
    expect(await command(words)).toMatchObject({ code: 3, stdout: '' })
  })

  it('ends with 2 and shows what is wrong with a request that is refused', async () => {
    const { code, stderr } = await command(['word-count', '{"txt": "a"}', '--url', house.url])
    expect(code).toBe(2)
    expect(stderr).toMatch(/answered 422: .*Did you mean/)
  })

  it('submits once, whatever gets lost on the way', async () => {
    const front = await shakyFront(house.url, [
      'drop',
      { status: 503, headers: { 'Retry-After': '1' } },
      'lose-answer',
      // The replay arrives, and so does not the first poll.
      'pass',
      { status: 502 },
      'lose-answer',
    ])
    const { code, stdout } = await command(['ok', '{"value": "once"}', '--url', front.url])
    expect({ code, stdout }).toEqual({ code: 0, stdout: '{"value": "once"}\n' })
    const submissions = front.requests.filter(({ method }) => method === 'POST')
    expect(submissions).toHaveLength(4)
    expect(new Set(submissions.map(({ headers }) => headers['idempotency-key'])).size).toBe(1)
    expect(await jobsOf('ok')).toHaveLength(1)
  })

  it('goes on where nothing has changed since it asked', async () => {
    const front = await shakyFront(house.url)
    const file = path.join(await temporaryFolder(), 'end')
    const running = command(['until-file', JSON.stringify({ file }), '--url', front.url])
    await until('a 304', () => front.statuses.includes(304))
    await fs.writeFile(file, '')
    const { code, stderr } = await running
    expect(code).toBe(0)
    expect(stderr).toMatch(/^(pending\s+)?(running\s+)?completed\s+$/)
  })

  it('understands Retry-After as seconds and as a date, by the clock of who says it', async () => {
    const { stdout } = await inPython(`
from run_job import seconds_until_retry as until
print(until({"Retry-After": "120"}, 7))
print(until({"Retry-After": "Sun, 22 Nov 2026 10:01:30 GMT", "Date": "Sun, 22 Nov 2026 10:00:00 GMT"}, 7))
print(until({"Retry-After": "Sun, 22 Nov 2020 10:01:30 GMT"}, 7))
print([until({"Retry-After": said}, 7) for said in ("", "soon", "-1", "1.5", "١")], until({}, 7))
`)
    expect(stdout.split('\n')).toEqual(['120', '90', '0', '[7, 7, 7, 7, 7] 7', ''])
  })

  it('waits as long as a busy server asks for with a date', async () => {
    const busy = { 'Retry-After': 'Sun, 22 Nov 2026 10:00:01 GMT', Date: 'Sun, 22 Nov 2026 10:00:00 GMT' }
    const front = await shakyFront(house.url, [{ status: 429, headers: busy }])
    expect(await command(['--url', front.url])).toMatchObject({ code: 0 })
  })

  it('does not wait beyond its deadline; the job goes on', async () => {
    const words = ['slow', '{"seconds": 30}', '--deadline', '4', '--url', house.url]
    const { code, stderr } = await command(words)
    expect(code).toBe(2)
    expect(stderr).toMatch(/\/jobs\/\S+ has not ended \(the time is over\)\n$/)
    const location = /\/jobs\/[-0-9a-f]+/.exec(stderr)?.[0] ?? ''
    expect((await house.api.job(location)).done).toBe(false)
    await house.api.post(`${location}/cancel`)
    await house.reaches(location, 'canceled')
  })

  it('says in a sentence that there is no server', async () => {
    const [port] = await freePorts(1)
    const { code, stderr } = await command(['--deadline', '1', '--url', `http://127.0.0.1:${port}`])
    expect(code).toBe(2)
    expect(stderr).toMatch(
      /^(No answer from http:\S+: .*Connection refused); trying again\n\1 \(the time is over\)\n$/,
    )
  })
})
