/** `acceptd run` and `acceptd submit`, against the whole program. */
import fs from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { useHouse } from '../support/house.ts'
import { temporaryFolder } from '../support/processes.ts'
import { call, linesOfJson, useShell, type Way } from './support/at-the-shell.ts'

useShell()
const house = useHouse()
const acceptd = (words: readonly string[], { env, ...way }: Way = {}) =>
  call(words, { env: { ACCEPTD_URL: house.url, ...env }, ...way })

const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}\n$/
const exists = (id: string) => house.api.get(`/jobs/${id.trim()}`).expect(200)

describe('acceptd run', () => {
  it('prints the result and nothing else, on one line', async () => {
    expect(await acceptd(['run', 'word-count', '{"text":"to be or not to be"}'])).toEqual({
      code: 0,
      out: '{"words":6}\n',
      err: '',
    })
  })

  it('takes its input from a file, from standard input, or as {} where there is none', async () => {
    const folder = await temporaryFolder()
    await fs.writeFile(path.join(folder, 'in.json'), '\ufeff{"text":\n "a b c"}\n')
    const [file, piped, none, unread] = await Promise.all([
      acceptd(['run', 'word-count', '@in.json'], { cwd: folder }),
      acceptd(['run', 'word-count', '-'], { stdin: '{"text":"a b"}' }),
      acceptd(['run', 'ok']),
      // Or it would swallow what a loop in a shell is about.
      acceptd(['run', 'ok'], { stdin: 'neither JSON nor meant for it' }),
    ])
    expect(file.out).toBe('{"words":3}\n')
    expect(piped.out).toBe('{"words":2}\n')
    expect(none.out).toBe('{"value":null}\n')
    expect(unread.out).toBe('{"value":null}\n')
  })

  it('says where an input is no JSON, and sends nothing', async () => {
    const said = async (input: string, stdin?: string) => {
      const { code, out, err } = await acceptd(['run', 'ok', input], stdin === undefined ? {} : { stdin })
      expect({ code, out }).toEqual({ code: 2, out: '' })
      return err
    }
    const errors = await Promise.all([
      said('{a:1}'),
      said('hello'),
      said('{"a":\n  [1, 2,]}'),
      said('{"a":'),
      said('-', '{"value":1}\n}'),
      said('-', ''),
      said('@/nowhere/in.json'),
    ])
    for (const [index, expected] of [
      "The input is not JSON: expected property name or '}' (line 1, column 2).",
      "The input is not JSON: unexpected token 'h' (line 1, column 1).",
      "The input is not JSON: unexpected token ']' (line 2, column 9).",
      'The input is not JSON: it ends too soon (line 1, column 6).',
      'Standard input is not JSON: unexpected non-whitespace character (line 2, column 1).',
      'Standard input is empty.',
      '/nowhere/in.json cannot be read: there is no such file',
    ].entries())
      expect(errors[index]).toContain(`error: ${expected}`)
  })

  it('leaves it to the API to refuse a number that would have to be rounded', async () => {
    const { code, err } = await acceptd(['run', 'ok', '{"value":12345678901234567890}'])
    expect(code).toBe(2)
    expect(err).toContain('#/input/value: The number 12345678901234567890 cannot be kept exactly')
    expect((await acceptd(['run', 'ok', '{"value":1.0}'])).out).toBe('{"value":1}\n')
  })

  it('says each change with --follow, and each as JSON with --json', async () => {
    const slow = ['run', 'slow', '{"seconds":0.5}', '--follow']
    const [lines, json] = await Promise.all([acceptd(slow), acceptd([...slow, '--json'])])
    expect(lines).toMatchObject({ code: 0, out: '{"seconds":0.5}\n' })
    const said = lines.err.trimEnd().split('\n')
    for (const line of said) expect(line).toMatch(/^\d\d:\d\d:\d\d {2}(?:pending|running|completed)\b/)
    expect(said.at(-1)).toMatch(/completed {2}100 %$/)
    expect(json).toMatchObject({ code: 0, err: '' })
    const changes = linesOfJson(json.out)
    expect(changes.length).toBeGreaterThan(1)
    expect(changes.at(-1)).toMatchObject({ status: 'completed', done: true, result: { seconds: 0.5 } })
  })

  it('prints the job in place of the result with --json', async () => {
    const { code, out } = await acceptd(['run', 'ok', '{"value":1}', '--json', '--tag', 'a', '--tag', 'b'])
    expect(code).toBe(0)
    expect(linesOfJson(out)).toMatchObject([{ status: 'completed', tags: ['a', 'b'], result: { value: 1 } }])
  })

  it('exits with 1 where the job fails, and says why and what to do', async () => {
    const { code, out, err } = await acceptd(['run', 'fail'])
    expect({ code, out }).toEqual({ code: 1, out: '' })
    expect(err).toMatch(/^Job \S+ failed: There is no account of this name \(no-such-account\)\n/)
    const [, id = ''] = /acceptd retry (\S+)/.exec(err) ?? []
    await exists(id)
    const json = await acceptd(['run', 'fail', '--json'])
    expect(json.code).toBe(1)
    expect(linesOfJson(json.out)).toMatchObject([{ status: 'failed', error: { code: 'no-such-account' } }])
  })

  it('exits with 3 where the job is canceled', async () => {
    const running = acceptd(['run', 'slow', '{"seconds":60}', '--key', 'to-be-canceled'])
    const same = await acceptd(['submit', 'slow', '{"seconds":60}', '--key', 'to-be-canceled'])
    expect((await acceptd(['cancel', same.out.trim()])).code).toBe(0)
    const { code, out, err } = await running
    expect({ code, out }).toEqual({ code: 3, out: '' })
    expect(err).toContain('was canceled')
  })

  it('exits with 124 where the wait runs out; the job goes on', async () => {
    const { code, out, err } = await acceptd(['run', 'slow', '{"seconds":60}', '--wait', '0.5'])
    expect({ code, out }).toEqual({ code: 124, out: '' })
    expect(err).toMatch(/^Job \S+ (?:is still (?:pending|running), and )?goes on\.\n/)
    const [, id = ''] = /acceptd result (\S+) --wait\n/.exec(err) ?? []
    await house.reaches(`/jobs/${id}`, 'running')
    expect((await acceptd(['cancel', id, '--wait'])).code).toBe(0)
  })

  it('exits with 2 and all that is wrong where the API refuses the request', async () => {
    const [unknown, invalid, reused] = await Promise.all([
      acceptd(['run', 'word-cont', '{}']),
      acceptd(['run', 'word-count', '{"txt":1}']),
      acceptd(['run', 'ok', '{"value":1}', '--key', 'one']).then(() =>
        acceptd(['run', 'ok', '{"value":2}', '--key', 'one']),
      ),
    ])
    expect(unknown).toMatchObject({ code: 2, out: '' })
    expect(unknown.err).toContain('Did you mean "word-count"?')
    expect(invalid).toMatchObject({ code: 2, out: '' })
    expect(invalid.err).toContain('  #/input/text: Required: string\n  #/input/txt: Unknown member "txt".')
    expect(reused).toMatchObject({ code: 2, err: expect.stringContaining('different request') as string })
  })

  it('writes a result to a file, and one that is a file to a pipe as it is', async () => {
    const folder = await temporaryFolder()
    const [json, saved, piped, nowhere] = await Promise.all([
      acceptd(['run', 'ok', '{"value":"x"}', '--output', 'out.json'], { cwd: folder }),
      acceptd(['run', 'file', '{"base64":"AP8B"}', '--output', 'out.bin'], { cwd: folder }),
      acceptd(['run', 'file', '{"text":"a,b\\n1,2\\n"}']),
      acceptd(['run', 'file', '{"text":"a"}', '--output', '/nowhere/out']),
    ])
    expect([json.code, saved.code, json.out + saved.out]).toEqual([0, 0, ''])
    expect(await fs.readFile(path.join(folder, 'out.json'), 'utf8')).toBe('{"value":"x"}\n')
    expect([...(await fs.readFile(path.join(folder, 'out.bin')))]).toEqual([0, 255, 1])
    expect(piped).toEqual({ code: 0, out: 'a,b\n1,2\n', err: '' })
    expect(nowhere.code).toBe(2)
    expect(nowhere.err).toContain('/nowhere/out cannot be written')
  })

  it('exits with 2 where the file is to be in a folder that is not there', async () => {
    const { code, err } = await acceptd(['run', 'ok', '--output', '/nowhere/x'])
    expect({ code, err }).toEqual({
      code: 2,
      err: 'error: /nowhere/x cannot be written: there is no such folder\n',
    })
  })

  it('has a result that is too large for the document', async () => {
    const { code, out } = await acceptd(['run', 'big', '{"bytes":500000}'])
    expect({ code, length: out.length }).toEqual({ code: 0, length: 500_000 + '{"text":""}\n'.length })
  })
})

describe('--wait before other words', () => {
  it('leaves them what they are, unless they are numbers', async () => {
    const id = (await acceptd(['submit', '--wait', 'ok', '{"value":"a"}'])).out.trim()
    const all = await Promise.all([
      acceptd(['run', '--wait', 'ok', '{"value":"a"}']),
      acceptd(['run', '--wait', '30', 'ok', '{"value":"a"}']),
      acceptd(['run', '--wait=30', 'ok', '{"value":"a"}']),
      acceptd(['run', 'ok', '--wait', '{"value":"a"}']),
      acceptd(['result', '--wait', id]),
    ])
    for (const ended of all) expect(ended).toEqual({ code: 0, out: '{"value":"a"}\n', err: '' })
  })
})

describe('acceptd submit', () => {
  it('prints the id of the job at once, or the job', async () => {
    const [id, json] = await Promise.all([
      acceptd(['submit', 'slow', '{"seconds":60}', '--priority', '5']),
      acceptd(['submit', 'ok', '--json', '--run-at', '2h']),
    ])
    expect(id).toMatchObject({ code: 0, err: '', out: expect.stringMatching(UUID) as string })
    const { body } = await exists(id.out)
    expect(body).toMatchObject({ priority: 5, done: false })
    const [job] = linesOfJson(json.out)
    expect(job).toMatchObject({ status: 'pending' })
    expect(Date.parse(String(job?.['runAt'])) - Date.now()).toBeGreaterThan(7_000_000)
    await Promise.all([id.out.trim(), String(job?.['id'])].map((one) => acceptd(['cancel', one, '--wait'])))
  })

  it('prints it before it waits, where it is to', async () => {
    const [fine, failed] = await Promise.all([
      acceptd(['submit', 'ok', '--wait']),
      acceptd(['submit', 'fail', '--wait', '--json']),
    ])
    expect(fine).toMatchObject({ code: 0, out: expect.stringMatching(UUID) as string })
    expect(failed.code).toBe(1)
    expect(linesOfJson(failed.out)).toMatchObject([{ status: 'failed' }])
  })

  it('says that a key was used before, and has that job', async () => {
    const words = ['submit', 'ok', '{"value":7}', '--key', 'seven']
    const first = await acceptd(words)
    const again = await acceptd(words)
    expect(again).toMatchObject({ code: 0, out: first.out })
    expect(again.err).toBe(`This is job ${first.out.trim()}, which was submitted with this key before.\n`)
  })
})
