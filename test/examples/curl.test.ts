/** examples/curl: the script itself, against a service that works and fronts that do not. */
import fs from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { freePorts } from '../support/free-ports.ts'
import { useHouse } from '../support/house.ts'
import { temporaryFolder } from '../support/processes.ts'
import { runProgram } from '../support/run-program.ts'
import { shakyFront } from '../support/shaky-front.ts'
import { until } from '../support/until.ts'

const SCRIPT = path.join(import.meta.dirname, '../../examples/curl/submit-and-poll.sh')

type Env = Readonly<Record<string, string>>
const script = (words: readonly string[], env: Env = {}) => runProgram('sh', [SCRIPT, ...words], { env })

describe('submit-and-poll.sh', () => {
  const house = useHouse()

  it('prints the address and the status as it goes, and the result in the end', async () => {
    const { code, stdout, stderr } = await script([house.url])
    expect(code).toBe(0)
    expect(stdout).toBe('{"words":6}\n')
    expect(stderr).toMatch(/^http:\S+\/jobs\/[-0-9a-f]+\ncompleted\n$/)
  })

  it('has the server do the waiting, where it is told to', async () => {
    const { code, stdout, stderr } = await script([house.url, 'slow', '{"seconds":0.5}'], { WAIT: '30' })
    expect({ code, stdout }).toEqual({ code: 0, stdout: '{"seconds":0.5}\n' })
    // The answer to the submission says the end already.
    expect(stderr).toMatch(/^http:\S+\n$/)
  })

  it('prints a file as it is', async () => {
    const { code, stdout } = await script([house.url, 'file', '{"text":"a,b\\n1,2"}'], { WAIT: '30' })
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'a,b\n1,2' })
  })

  it('ends with 1 and says why when the job failed', async () => {
    const { code, stdout, stderr } = await script([house.url, 'fail', '{}'], { WAIT: '30' })
    expect(code).toBe(1)
    expect(stdout).toBe('')
    expect(stderr).toContain('There is no account of this name')
  })

  it('ends with 3 when somebody cancels the job', async () => {
    const words = [SCRIPT, house.url, 'slow', '{"seconds":600}']
    let told = false
    const onSaid = (said: string) => {
      const location = /\/jobs\/\S+(?=\n)/.exec(said)?.[0]
      if (location === undefined || told) return
      told = true
      void house.api.post(`${location}/cancel`).then(() => undefined)
    }
    expect(await runProgram('sh', words, { onSaid })).toMatchObject({ code: 3, stdout: '' })
  })

  it('ends with 2 and shows what is wrong with a request that is refused', async () => {
    const { code, stderr } = await script([house.url, 'word-count', '{"txt":"a"}'])
    expect(code).toBe(2)
    expect(stderr).toMatch(/^Refused with 422: .*Did you mean/)
  })

  it('submits once, whatever gets lost on the way', async () => {
    const front = await shakyFront(house.url, [
      'drop',
      { status: 503, headers: { 'Retry-After': '1' } },
      'lose-answer',
      // The replay arrives, and so does not the first poll.
      'pass',
      { status: 502 },
    ])
    const { code, stdout, stderr } = await script([front.url, 'ok', '{"value":"once"}'])
    expect({ code, stdout }).toEqual({ code: 0, stdout: '{"value":"once"}\n' })
    // One for the submission and one for the poll, however many tries either took.
    expect(stderr.match(/.*trying again$/gm)).toEqual([
      `No answer from ${front.url}, trying again`,
      `${front.url} answered 502, trying again`,
    ])
    const submissions = front.requests.filter(({ method }) => method === 'POST')
    expect(submissions).toHaveLength(4)
    expect(new Set(submissions.map(({ headers }) => headers['idempotency-key'])).size).toBe(1)
    const { body } = await house.api.get('/jobs?task=ok').expect(200)
    expect((body as { items: unknown[] }).items).toHaveLength(1)
  })

  it('goes on where nothing has changed since it asked', async () => {
    const front = await shakyFront(house.url)
    const file = path.join(await temporaryFolder(), 'end')
    const running = script([front.url, 'until-file', JSON.stringify({ file })])
    await until('a 304', () => front.statuses.includes(304))
    await fs.writeFile(file, '')
    const { code, stderr } = await running
    expect(code).toBe(0)
    expect(stderr).toMatch(/^http:\S+\n(pending\n)?(running\n)?completed\n$/)
  })

  it('says in a sentence that there is no server', async () => {
    const [port] = await freePorts(1)
    const { code, stderr } = await script([`http://127.0.0.1:${port}`], { TRIES: '2' })
    expect(code).toBe(2)
    expect(stderr).toMatch(
      /^No answer from (http:\S+), trying again\nNo answer from \1: curl: \(7\) Failed to connect/,
    )
  })

  it('is about the same job when the key is the same', async () => {
    const first = await script([house.url], { IDEMPOTENCY_KEY: 'hamlet-3-1' })
    const again = await script([house.url], { IDEMPOTENCY_KEY: 'hamlet-3-1' })
    const location = (said: string) => said.split('\n')[0]
    expect(location(again.stderr)).toBe(location(first.stderr))
    expect(again.stdout).toBe('{"words":6}\n')
  })

  it('shows a key, and follows addresses that are absolute', async () => {
    const [port] = await freePorts(1)
    const url = `http://localhost:${port}`
    const keyed = await house.extend({
      PORT: String(port),
      ACCEPTD_PUBLIC_URL: url,
      ACCEPTD_API_KEYS: 'ada:0123456789abcdef',
    })
    const { code, stderr } = await script([url], { API_KEY: '0123456789abcdef' })
    expect(code).toBe(0)
    expect(stderr).toContain(`${url}/jobs/`)
    expect(await script([url])).toMatchObject({ code: 2 })
    await keyed.close()
  })
})
