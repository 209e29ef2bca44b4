/** What somebody sees at a terminal: the bar and its end, colours, Ctrl-C. */
import fs from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { useHouse } from '../support/house.ts'
import { temporaryFolder } from '../support/processes.ts'
import { until } from '../support/until.ts'
import { call, hasPrinted, useShell } from './support/at-the-shell.ts'
import { CTRL_C, CTRL_D, HAS_TERMINAL, leftOnScreen, onTerminal } from './support/terminal.ts'

useShell()
const house = useHouse()
const env = () => ({ ACCEPTD_URL: house.url })
const ESC = '\u001b'
const COLOUR = new RegExp(String.raw`${ESC}\[\d+m`)

// Reason: util-linux's script is not on this machine.
describe.skipIf(!HAS_TERMINAL)('on a terminal', () => {
  it('a bar shows how far the job is, and is gone when the result is printed', async () => {
    const run = onTerminal(['run', 'slow', '{"seconds":1}'], env())
    const { code, out } = await run
    expect(code).toBe(0)
    expect(out).toMatch(/━+.*─+.*\d+ %.*running.* \d:\d\d {2}step \d+ of 10/)
    expect(out).toMatch(COLOUR)
    expect(leftOnScreen(out)).toEqual(['{', '  "seconds": 1', '}', ''])
  })

  it('the bar is on standard error, and the result alone goes into a file', async () => {
    const file = path.join(await temporaryFolder(), 'out')
    const { code, out } = await onTerminal(['run', 'slow', '{"seconds":0.5}'], env(), `> ${file}`)
    expect(code).toBe(0)
    expect(out).toContain('━')
    expect(leftOnScreen(out)).toEqual([''])
    expect(await fs.readFile(file, 'utf8')).toBe('{"seconds":0.5}\n')
  })

  it('there are no colours with NO_COLOR, and no bar where a line cannot be drawn again', async () => {
    const words = ['run', 'slow', '{"seconds":0.3}']
    const [plain, dumb] = await Promise.all([
      onTerminal(words, { ...env(), NO_COLOR: '1' }),
      onTerminal(words, { ...env(), TERM: 'dumb' }),
    ])
    expect(plain.out).not.toMatch(COLOUR)
    expect(plain.out).toContain('─')
    expect(dumb.out).toBe('{\r\n  "seconds": 0.3\r\n}\r\n')
  })

  it('Ctrl-C takes the bar away, says how to go on, and leaves the job running', async () => {
    const run = onTerminal(['run', 'slow', '{"seconds":60}'], env())
    await hasPrinted(run, /step \d/)
    run.type(CTRL_C)
    const { code, out } = await run
    expect(code).toBe(130)
    const left = leftOnScreen(out)
    expect(left[0]).toMatch(/^Job \S+ is still running, and goes on\.$/)
    const [, id = ''] = /acceptd result (\S+) --wait/.exec(left[1] ?? '') ?? []
    await house.reaches(`/jobs/${id}`, 'running')
    await call(['cancel', id, '--wait'], { env: env() })
  })

  it('the input can be typed; Ctrl-D ends it, and Ctrl-C gives it up', async () => {
    const typed = onTerminal(['run', 'word-count', '-'], env())
    await hasPrinted(typed, /Reading the input from the terminal/)
    typed.type(`{"text":"a b"}\n${CTRL_D}`)
    expect(await typed).toMatchObject({ code: 0, out: expect.stringMatching(/"words": 2/) as string })
    const given = onTerminal(['run', 'word-count', '-'], env())
    await hasPrinted(given, /Reading the input from the terminal/)
    given.type(CTRL_C)
    expect((await given).code).toBe(130)
  })

  it('what an API says cannot act on it', async () => {
    // Clear the screen, by either kind of control character; write from right to left.
    const value = '\u001b[2Jred\u009b31m\u202e'
    const [result, tagged] = await Promise.all([
      onTerminal(['run', 'ok', JSON.stringify({ value })], { ...env(), TERM: 'dumb' }),
      call(['submit', 'ok', '--tag', 'a\u009b2Jb', '--wait'], { env: env() }),
    ])
    expect(result.out).toContain(String.raw`"value": "\u001b[2Jred\u009b31m\u202e"`)
    const status = await onTerminal(['status', tagged.out.trim()], { ...env(), NO_COLOR: '1' })
    expect(status.out).toMatch(/^tags +ab\r$/m)
  })

  it('a result that is a file is not poured onto it', async () => {
    const run = await onTerminal(['run', 'file', '{"text":"\\u001b[2J","fileName":"a b.csv"}'], {
      ...env(),
      TERM: 'dumb',
    })
    expect(run.code).toBe(0)
    expect(run.out).toMatch(
      /^The result is a file \(text\/csv, 4 bytes\)\. To keep it: acceptd result \S+ --output 'a b\.csv'\r\n$/,
    )
  })

  it('a list that is watched is drawn in its place', async () => {
    const first = await call(['submit', 'ok', '--tag', 'drawn', '--wait'], { env: env() })
    const watching = onTerminal(['ls', '--tag', 'drawn', '--watch', '0.1'], env())
    await hasPrinted(watching, new RegExp(first.out.trim()))
    const second = await call(['submit', 'ok', '--tag', 'drawn', '--wait'], { env: env() })
    await hasPrinted(watching, new RegExp(second.out.trim()))
    await until('it to be drawn again', () => watching.out().includes(`${ESC}[3A\r${ESC}[J`))
    watching.type(CTRL_C)
    expect((await watching).code).toBe(130)
  })

  it('acceptd open has a browser show the docs', async () => {
    const folder = await temporaryFolder()
    await fs.writeFile(path.join(folder, 'xdg-open'), `#!/bin/sh\necho "$1" > ${folder}/opened\n`, {
      mode: 0o755,
    })
    const PATH = `${folder}:${process.env['PATH'] ?? ''}`
    const { code, out } = await onTerminal(['open'], { ...env(), PATH })
    expect({ code, out }).toEqual({ code: 0, out: '' })
    expect(await fs.readFile(path.join(folder, 'opened'), 'utf8')).toBe(`${house.url}/docs/\n`)
    await fs.writeFile(path.join(folder, 'xdg-open'), '#!/bin/sh\nexit 3\n', { mode: 0o755 })
    expect((await onTerminal(['open'], { ...env(), PATH })).out).toBe(`${house.url}/docs/\r\n`)
  })
})
