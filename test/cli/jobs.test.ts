/** The commands about jobs that are there, against the whole program. */
import { describe, expect, it } from 'vitest'
import { useHouse } from '../support/house.ts'
import { until } from '../support/until.ts'
import { call, hasPrinted, linesOfJson, useShell } from './support/at-the-shell.ts'

useShell()
const house = useHouse()
const acceptd = (...words: string[]) => call(words, { env: { ACCEPTD_URL: house.url } })
const submitted = async (...words: string[]) => (await acceptd('submit', ...words)).out.trim()
const NOBODY = '00000000-0000-4000-8000-000000000000'

describe('a job that completes', () => {
  it('has a status, a result and attempts, by its id and by its address', async () => {
    const id = await submitted('ok', '{"value":"x"}', '--tag', 'shown', '--wait')
    const [status, json, waited, result, attempts, address, path] = await Promise.all([
      acceptd('status', id),
      acceptd('status', id, '--json'),
      acceptd('status', id, '--wait'),
      acceptd('result', id),
      acceptd('attempts', id),
      acceptd('result', `${house.url}/jobs/${id}`),
      acceptd('result', `/jobs/${id}/result`, '--wait', '5'),
    ])
    expect(status).toMatchObject({ code: 0, err: '' })
    for (const line of [
      `job         ${id}`,
      'task        ok',
      'status      completed, attempt 1 of 3',
      'tags        shown',
    ])
      expect(status.out).toContain(`${line}\n`)
    expect(status.out).toMatch(/^ended {7}\S+Z {2}(?:just now|\S+ s ago)$/m)
    expect(status.out).toContain(`acceptd result ${id}`)
    expect(linesOfJson(json.out)).toMatchObject([{ id, status: 'completed' }])
    expect(waited.code).toBe(0)
    for (const one of [result, address, path])
      expect(one).toEqual({ code: 0, out: '{"value":"x"}\n', err: '' })
    expect(attempts.out).toMatch(/^ATTEMPT {2}OUTCOME .*\n1 +completed /)
  })

  it('cannot be canceled or run again any more, which is 1', async () => {
    const id = await submitted('ok', '--wait')
    for (const verb of ['cancel', 'retry']) {
      const { code, out, err } = await acceptd(verb, id)
      expect({ code, out }).toEqual({ code: 1, out: '' })
      expect(err).toMatch(/\w/)
    }
  })

  it('is deleted, and gone then', async () => {
    const id = await submitted('ok', '--wait')
    expect(await acceptd('delete', id)).toEqual({ code: 0, out: `Job ${id} is deleted.\n`, err: '' })
    expect(await acceptd('status', id)).toMatchObject({ code: 1, out: '' })
  })
})

describe('a job that fails', () => {
  it('has a status that says why and what to do, and no result', async () => {
    const id = await submitted('fail', '{"how":"transient"}', '--wait')
    const [status, waited, result, attempts, json, tail] = await Promise.all([
      acceptd('status', id),
      acceptd('status', id, '--wait'),
      acceptd('result', id),
      acceptd('attempts', id),
      acceptd('attempts', id, '--json'),
      acceptd('tail', id),
    ])
    expect(status.code).toBe(0)
    expect(status.out).toContain('error       task-failed: The other side is busy\n')
    expect(status.out).toContain(`see         ${house.url}/problems/task-failed\n`)
    expect(status.out).toContain(`to retry    acceptd retry ${id}\n`)
    expect(waited.code).toBe(1)
    expect(result).toMatchObject({ code: 1, out: '' })
    expect(result.err).toContain(`Job ${id} failed: The other side is busy (task-failed)`)
    expect(attempts.out.trim().split('\n')).toHaveLength(3)
    expect(linesOfJson(json.out)).toMatchObject([
      { attempt: 1, outcome: 'failed' },
      { attempt: 2, outcome: 'failed' },
    ])
    expect(tail.code).toBe(1)
    expect(tail.out).toMatch(/ failed +task-failed: The other side is busy\n$/)
    expect(tail.err).toMatch(/^Job \S+ failed\.\n {2}What was tried: /)
  })

  it('is run again', async () => {
    const id = await submitted('fail', '--wait')
    const again = await acceptd('retry', id, '--wait')
    expect(again).toMatchObject({ code: 1, out: `Job ${id} runs again.\n` })
    expect(linesOfJson((await acceptd('attempts', id, '--json')).out)).toHaveLength(2)
  })
})

describe('a job that runs', () => {
  it('has no result yet, which is 124 at once, or when the wait has run out', async () => {
    const id = await submitted('slow', '{"seconds":60}')
    await house.reaches(`/jobs/${id}`, 'running')
    const [now, later, status, tail] = await Promise.all([
      acceptd('result', id),
      acceptd('result', id, '--wait', '0.3'),
      acceptd('status', id, '--wait', '0.3'),
      acceptd('tail', id, '--wait', '0.3'),
    ])
    for (const ended of [now, later, status, tail]) {
      expect(ended.code).toBe(124)
      expect(ended.err).toContain(`acceptd result ${id} --wait\n`)
    }
    const deleted = await acceptd('delete', id)
    expect(deleted).toMatchObject({ code: 1, out: '' })

    const tailing = acceptd('tail', id)
    const json = acceptd('tail', id, '--json')
    await hasPrinted(tailing, /running/)
    await hasPrinted(json, /running/)
    expect(await acceptd('cancel', id, '--wait')).toMatchObject({ code: 0, out: `Job ${id} is canceled.\n` })
    expect(await tailing).toMatchObject({ code: 3, out: expect.stringMatching(/ canceled .*\n$/) as string })
    const changes = linesOfJson((await json).out)
    expect(changes[0]).toMatchObject({ id, status: 'running' })
    expect(changes.at(-1)).toMatchObject({ id, status: 'canceled' })
    const [result, ended] = await Promise.all([acceptd('result', id), acceptd('status', id, '--wait')])
    expect([result.code, ended.code]).toEqual([3, 3])
  })
})

describe('a job that is tried again', () => {
  it('says why, and where to learn more, also where a wait for it runs out', async () => {
    const id = await submitted('backing-off', '--tag', 'again')
    await until('the first attempt to fail', async () =>
      (await acceptd('attempts', id)).out.includes('failed'),
    )
    const [status, waited, json, run, list] = await Promise.all([
      acceptd('status', id),
      acceptd('status', id, '--wait', '0.3'),
      acceptd('status', id, '--wait', '0.3', '--json'),
      acceptd('run', 'slow', '{"seconds":60}', '--wait', '0.3', '--json'),
      acceptd('ls', '--tag', 'again'),
    ])
    for (const { out } of [status, waited]) {
      expect(out).toContain('status        pending, attempt 1 of 2\n')
      expect(out).toContain('last error    task-failed: Come back later\n')
      expect(out).toContain(`attempts      acceptd attempts ${id}\n`)
    }
    expect(status).toMatchObject({ code: 0, err: '' })
    expect(waited.code).toBe(124)
    expect(waited.err).toContain(
      `is still pending, and goes on.\n  What was tried:  acceptd attempts ${id}\n`,
    )
    expect(json.code).toBe(124)
    expect(linesOfJson(json.out)).toMatchObject([{ id, status: 'pending', attempt: 1 }])
    expect(run.code).toBe(124)
    const [slow] = linesOfJson(run.out)
    expect(slow).toMatchObject({ task: 'slow' })
    expect(list.out).toMatch(/ attempt 1 failed; attempt 2 of 2 is due in \d+ min$/m)
    for (const one of [id, String(slow?.['id'])]) await acceptd('cancel', one, '--wait')
  })
})

describe('a job that is not there', () => {
  it('is 2 for each of them', async () => {
    const verbs = ['status', 'result', 'attempts', 'tail', 'cancel', 'retry', 'delete']
    for (const ended of await Promise.all(verbs.map((verb) => acceptd(verb, NOBODY))))
      expect(ended).toEqual({ code: 2, out: '', err: 'There is no such job\n' })
  })

  it('is 2 where its name can be none, or leads elsewhere', async () => {
    const names = ['..', 'http://elsewhere.example/jobs/1', '/health']
    for (const [index, { code, err }] of (
      await Promise.all(names.map((name) => acceptd('status', name)))
    ).entries()) {
      expect(code).toBe(2)
      expect(err).toContain(
        `error: "${names[index]}" is neither the id of a job nor an address at ${house.url}`,
      )
    }
  })
})

describe('acceptd ls', () => {
  it('lists jobs, newest first, by its filters', async () => {
    const ids: string[] = []
    for (const words of [['ok'], ['fail'], ['ok']])
      ids.unshift(await submitted(...words, '--tag', 'listed', '--wait'))
    const [all, two, failed, code, json, none, late] = await Promise.all([
      acceptd('ls', '--tag', 'listed'),
      acceptd('ls', '--tag', 'listed', '-n', '2', '--json'),
      acceptd('ls', '--tag', 'listed', '--status', 'failed', '--task', 'fail', '--since', '1h'),
      acceptd('ls', '--code', 'no-such-account', '--tag', 'listed', '--json'),
      acceptd('ls', '--tag', 'listed', '--json'),
      acceptd('ls', '--tag', 'listed', '--before', '1d'),
      acceptd('ls', '--since', 'yesterday'),
    ])
    const rows = all.out.trimEnd().split('\n')
    expect(rows[0]).toMatch(/^ID +TASK +STATUS +DONE +AGE$/)
    expect(rows.slice(1).map((row) => row.split(/ +/)[0])).toEqual(ids)
    expect(rows[2]).toMatch(/ fail +failed .* no-such-account: There is no account of this name$/)
    expect(linesOfJson(two.out).map(({ id }) => id)).toEqual(ids.slice(0, 2))
    expect(failed.out.trimEnd().split('\n')).toHaveLength(2)
    expect(linesOfJson(code.out).map(({ id }) => id)).toEqual([ids[1]])
    expect(linesOfJson(json.out)).toHaveLength(3)
    expect(none).toEqual({ code: 0, out: '', err: 'There are no such jobs.\n' })
    expect(late).toMatchObject({ code: 2, err: expect.stringContaining('2026-12-31T09:00:00Z') as string })
  })

  it('says that there are more, and when a job is due', async () => {
    for (const span of ['2h', '3h'])
      expect((await acceptd('submit', 'ok', '--tag', 'later', '--run-at', span)).code).toBe(0)
    const [all, one] = await Promise.all([
      acceptd('ls', '--tag', 'later'),
      acceptd('ls', '--tag', 'later', '-n', '1'),
    ])
    expect(all).toMatchObject({ code: 0, err: '' })
    expect(all.out).toMatch(/ is due in 3 h\n.* is due in (?:2 h|120 min)\n$/)
    expect(one).toMatchObject({ code: 0, err: '… and more: -n 100\n' })
  })

  it('prints a line for each change with --watch, the time first', async () => {
    const id = await submitted('ok', '--tag', 'lines', '--wait')
    const watching = acceptd('ls', '--tag', 'lines', '--watch', '0.05')
    await hasPrinted(watching, /completed/)
    watching.process.kill('SIGINT')
    expect((await watching).out).toMatch(new RegExp(`^\\d\\d:\\d\\d:\\d\\d {2}${id} {2}ok {16}completed\n$`))
  })

  it('prints what is new with --watch, until it is interrupted', async () => {
    const first = await submitted('ok', '--tag', 'watched', '--wait')
    const watching = acceptd('ls', '--tag', 'watched', '--watch', '0.05', '--json')
    await hasPrinted(watching, new RegExp(first))
    const second = await submitted('ok', '--tag', 'watched', '--wait')
    await hasPrinted(watching, new RegExp(`${second}.*"completed"`))
    watching.process.kill('SIGINT')
    const { code, out } = await watching
    expect(code).toBe(130)
    // Once, as it has not changed since.
    expect(linesOfJson(out).filter(({ id }) => id === first)).toHaveLength(1)
  })
})

describe('acceptd tasks', () => {
  it('lists them, and says of one what it takes, with a command that works', async () => {
    const [list, json, one, keyed] = await Promise.all([
      acceptd('tasks'),
      acceptd('tasks', '--json'),
      acceptd('tasks', 'word-count'),
      acceptd('tasks', 'keyed'),
    ])
    expect(list.out).toMatch(/^TASK +TAKES +WHAT IT DOES\n/)
    expect(list.out).toMatch(/^word-count +~\S+ s +Count the words of a text$/m)
    expect(linesOfJson(json.out).map(({ name }) => name)).toContain('word-count')
    expect(one.out).toContain('"text"')
    expect(keyed.out).toMatch(/acceptd run keyed '\{\}' --key /)
    const [, example = ''] = /^Example:\n {2}(acceptd run word-count .*)$/m.exec(one.out) ?? []
    const [, input = ''] = /'(.*)'$/.exec(example) ?? []
    expect((await acceptd('run', 'word-count', input)).code).toBe(0)
  })

  it('suggests one for a name that is misspelt', async () => {
    const { code, err } = await acceptd('tasks', 'word-cont')
    expect(code).toBe(2)
    expect(err).toBe('error: There is no task "word-cont". Did you mean "word-count"?\n')
  })
})

describe('acceptd open', () => {
  it('prints the address of the docs where there is no terminal to open them from', async () => {
    expect(await acceptd('open')).toEqual({ code: 0, out: `${house.url}/docs/\n`, err: '' })
    expect(await acceptd('open', '--print')).toMatchObject({ out: `${house.url}/docs/\n` })
  })
})
