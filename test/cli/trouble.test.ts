/** Commands whose API is not there, goes away, or is another server; and those that are interrupted. */
import fs from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { useFront } from '../client/support/front.ts'
import { testDatabase } from '../support/database.ts'
import { freePorts } from '../support/free-ports.ts'
import { useHouse } from '../support/house.ts'
import { serve, temporaryFolder } from '../support/processes.ts'
import { until } from '../support/until.ts'
import { BIN, call, hasPrinted, linesOfJson, start, useShell } from './support/at-the-shell.ts'

useShell()
const house = useHouse()
const front = useFront(() => house.url)
const acceptd = (...words: string[]) => call(words, { env: { ACCEPTD_URL: front.url } })
const submissions = () => front.seen.filter(({ method }) => method === 'POST')

// They wait at the same time.
describe.concurrent('an API that is not there', () => {
  it('is 4 within a bounded time, with a sentence that says what to do', async () => {
    const [port = 0] = await freePorts(1)
    const env = { PORT: String(port) }
    const since = performance.now()
    const all = await Promise.all(
      [['status', 'x'], ['run', 'ok'], ['ls'], ['retry', '--where', 'tag=a']].map((words) =>
        call(words, { env }),
      ),
    )
    expect(performance.now() - since).toBeLessThan(30_000)
    for (const ended of all)
      expect(ended).toEqual({
        code: 4,
        out: '',
        err:
          `There is no answer from http://localhost:${port}: connection refused. ` +
          'Is acceptd running there? Start it with `acceptd serve`, or set ACCEPTD_URL.\n',
      })
  })

  it('is 4 where it cannot answer, and its job may have been submitted all the same', async () => {
    front.each(({ method }) =>
      method === 'POST' ? 'lose-answer' : { status: 503, body: { detail: 'Not now' } },
    )
    const [status, submitted] = await Promise.all([
      acceptd('status', 'x'),
      acceptd('submit', 'ok', '{"value":"lost"}'),
    ])
    front.each(() => undefined)
    expect(status).toMatchObject({ code: 4, out: '' })
    expect(status.err).toBe(`The API at ${front.url} cannot answer just now: Not now\n`)
    expect(submitted).toMatchObject({ code: 4, out: '' })
    const [, key = ''] = /The same command with --key (\S+) finds it/.exec(submitted.err) ?? []
    const again = await acceptd('submit', 'ok', '{"value":"lost"}', '--key', key)
    expect(again).toMatchObject({
      code: 0,
      err: expect.stringContaining('submitted with this key before') as string,
    })
  })
})

describe('an API that refuses', () => {
  it('is quoted once, where all that is wrong is one thing', async () => {
    const detail = 'There is no task "x"'
    const said = (...errors: object[]) => {
      front.each(() => ({ status: 422, body: { code: 'validation-error', detail: `${detail}.`, errors } }))
      return acceptd('submit', 'x')
    }
    const one = await said({ detail, pointer: '#' })
    const two = await said({ detail, pointer: '#' }, { detail: 'Nor a y', pointer: '#/y' })
    front.each(() => undefined)
    expect(one).toMatchObject({ code: 2, err: `${detail}.\n` })
    expect(two).toMatchObject({ code: 2, err: `${detail}.\n  #: ${detail}\n  #/y: Nor a y\n` })
  })
})

describe('an API that is none', () => {
  it('is 2 where it is another server', async () => {
    const other = { status: 404, headers: { 'Content-Type': 'text/html' } }
    const web = { status: 200, headers: { 'Content-Type': 'text/html' } }
    for (const turn of [other, web]) {
      front.each(() => turn)
      const { code, err } = await acceptd('status', 'x')
      expect(code).toBe(2)
      expect(err).toContain(`What is at ${front.url} does not answer as acceptd does`)
    }
    front.each(() => undefined)
  })

  it('is 2 where the settings are no good', async () => {
    const [url, typo] = await Promise.all([
      call(['ls'], { env: { ACCEPTD_URL: 'localhost:3000' } }),
      call(['ls'], { env: { ACCEPTD_ULR: 'http://localhost:3000' } }),
    ])
    expect(url).toMatchObject({
      code: 2,
      err: expect.stringMatching(/^error: ACCEPTD_URL must be/) as string,
    })
    expect(typo).toMatchObject({
      code: 2,
      err: expect.stringContaining('Did you mean "ACCEPTD_URL"?') as string,
    })
  })
})

describe('an API that goes away', () => {
  it('and loses an answer on the way has the job once', async () => {
    const before = submissions().length
    front.next('lose-answer')
    expect(await acceptd('run', 'ok', '{"value":1}', '--tag', 'once')).toMatchObject({
      code: 0,
      out: '{"value":1}\n',
    })
    const sent = submissions().slice(before)
    expect(sent).toHaveLength(2)
    expect(new Set(sent.map(({ headers }) => headers['idempotency-key'])).size).toBe(1)
    expect(linesOfJson((await acceptd('ls', '--tag', 'once', '--json')).out)).toHaveLength(1)
  })

  it('in the middle of a run, and comes back, is waited for', async () => {
    const { url, drop } = await testDatabase()
    const file = path.join(await temporaryFolder(), 'end')
    const [port = 0] = await freePorts(1)
    const settings = { DATABASE_URL: url, PORT: String(port) }
    const first = await serve(settings)
    const env = { ACCEPTD_URL: first.url }
    const run = call(['run', 'until-file', JSON.stringify({ file }), '--follow'], { env })
    await hasPrinted(run, /running/)
    first.process.kill('SIGKILL')
    await hasPrinted(run, /no answer: .*; trying again/)
    await fs.writeFile(file, '')
    const second = await serve(settings)
    expect(await run).toMatchObject({ code: 0, out: '{}\n' })
    expect(linesOfJson((await call(['ls', '--json'], { env })).out)).toHaveLength(1)
    second.process.kill('SIGTERM')
    await second.exited
    await drop()
  })
})

describe('Ctrl-C', () => {
  it('ends the wait with 130 and says how to go on; the job does', async () => {
    const run = acceptd('run', 'slow', '{"seconds":60}', '--follow')
    await hasPrinted(run, /running/)
    run.process.kill('SIGINT')
    const { code, out, err } = await run
    expect({ code, out }).toEqual({ code: 130, out: '' })
    const [, id = ''] = /Job (\S+) is still running, and goes on\./.exec(err) ?? []
    expect(err).toContain(
      `  To wait for it:  acceptd result ${id} --wait\n  To cancel it:    acceptd cancel ${id}\n`,
    )
    await house.reaches(`/jobs/${id}`, 'running')
    await acceptd('cancel', id, '--wait')
  })

  it('in the middle of a submission says how to find out whether there is a job', async () => {
    front.each(({ method }) => (method === 'POST' ? 'silence' : undefined))
    const before = submissions().length
    const submit = acceptd('submit', 'ok')
    await until('the submission to arrive', () => submissions().length > before)
    submit.process.kill('SIGINT')
    const { code, err } = await submit
    front.each(() => undefined)
    expect(code).toBe(130)
    expect(err).toMatch(
      /^The job may have been submitted all the same\. The same command with --key \S+ finds it/,
    )
  })

  it('for the second time ends it at once, whatever it is at', async () => {
    const fifo = path.join(await temporaryFolder(), 'fifo')
    await start('mkfifo', [fifo], {}, undefined, '/')
    const run = acceptd('run', 'ok', `@${fifo}`)
    let isOver = false
    void run.then(() => (isOver = true))
    // It opens when somebody reads, who then waits for what is never written.
    const writer = await fs.open(fifo, 'w')
    await until('it to end', () => {
      if (!isOver) run.process.kill('SIGINT')
      return isOver
    })
    await writer.close()
    expect(await run).toEqual({ code: 'SIGINT', out: '', err: '' })
  })
})

describe('a reader that has seen enough', () => {
  it('ends a command with 141, without a word', async () => {
    const script = `"${process.execPath}" "${BIN}" $WORDS | head -n 1; echo "$PIPESTATUS"`
    const piped = (words: string) =>
      start('bash', ['-c', script], { ACCEPTD_URL: front.url, WORDS: words }, undefined, '/')
    const [run, help] = await Promise.all([piped('run slow {"seconds":3} --follow --json'), piped('--help')])
    expect(run.err).toBe('')
    expect(run.out).toMatch(/^\{"id":.*\}\n141\n$/)
    expect(help.err).toBe('')
    // All of it may have been written before head was done.
    expect(help.out).toMatch(/^To begin with:\n(?:0|141)\n$/)
  })
})
