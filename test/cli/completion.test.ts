/** What shells offer while somebody writes a command. */
import { spawnSync } from 'node:child_process'
import fs from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { wordsOf } from '../../src/cli/completion/words-of.ts'
import { freePorts } from '../support/free-ports.ts'
import { useHouse } from '../support/house.ts'
import { temporaryFolder } from '../support/processes.ts'
import { BIN, call, start, useShell } from './support/at-the-shell.ts'

useShell()
const house = useHouse()
const env = () => ({ ACCEPTD_URL: house.url })

/** The words that are offered, without what they mean. */
const offered = async (words: readonly string[], cwd?: string) => {
  const { code, out, err } = await call(['__complete', '--', ...words], {
    env: env(),
    ...(cwd ? { cwd } : {}),
  })
  expect({ code, err }).toEqual({ code: 0, err: '' })
  return out
    .split('\n')
    .map((line) => line.split('\t')[0])
    .filter(Boolean)
}
const isThere = (shell: string) => spawnSync(shell, ['--version']).status === 0

describe('what is offered', () => {
  it('is commands, options and their values', async () => {
    const [commands, some, below, options, values, joined] = await Promise.all([
      offered(['']),
      offered(['st']),
      offered(['migrate', '']),
      offered(['ls', '--st']),
      offered(['ls', '--status', 'ca']),
      offered(['ls', '--status=f']),
    ])
    expect(commands).toEqual(expect.arrayContaining(['run', 'serve', 'ls', 'completion']))
    expect(commands).not.toContain('__complete')
    expect(some).toEqual(['status'])
    expect(below).toEqual(expect.arrayContaining(['up', 'status']))
    expect(options).toEqual(['--status'])
    expect(values).toEqual(['canceled'])
    expect(joined).toEqual(['--status=failed'])
  })

  it('is tasks and jobs of the API, those with which the command can do something', async () => {
    const [done, failed, waits] = (
      await Promise.all([
        call(['submit', 'ok', '--wait'], { env: env() }),
        call(['submit', 'fail', '--wait'], { env: env() }),
        call(['submit', 'ok', '--run-at', '1h'], { env: env() }),
      ])
    ).map(({ out }) => out.trim()) as [string, string, string]
    const verbs = ['cancel', 'retry', 'delete', 'status']
    const [cancel, retry, remove, status] = await Promise.all(verbs.map((verb) => offered([verb, ''])))
    expect(cancel).toEqual([waits])
    expect(retry).toEqual([failed])
    expect(remove?.toSorted()).toEqual([done, failed].toSorted())
    expect(status).toHaveLength(3)
    const [tasks, option, url, second, waited] = await Promise.all([
      offered(['run', 'word-']),
      offered(['ls', '--task', 'word-']),
      offered(['run', '--url', house.url, '--key', 'run', 'word-']),
      offered(['run', 'word-count', 'word-']),
      offered(['tail', '--wait', done.slice(0, 8)]),
    ])
    expect([tasks, option, url, second]).toEqual([['word-count'], ['word-count'], ['word-count'], []])
    expect(waited).toEqual([done])
  })

  it('is files after an @', async () => {
    const folder = await temporaryFolder()
    await fs.mkdir(path.join(folder, 'inputs'))
    await fs.writeFile(path.join(folder, 'inputs', 'one.json'), '{}')
    expect(await offered(['run', 'ok', '@in'], folder)).toEqual(['@inputs/'])
    expect(await offered(['run', 'ok', '@inputs/o'], folder)).toEqual(['@inputs/one.json'])
    expect(await offered(['result', 'x', '--output', 'inputs/'], folder)).toEqual(['inputs/one.json'])
  })

  it('is nothing, soon and without a word, where nobody answers', async () => {
    const [port = 0] = await freePorts(1)
    const nobody = { env: { PORT: String(port) } }
    expect(await call(['__complete', '--', 'run', ''], nobody)).toEqual({ code: 0, out: '', err: '' })
    expect(await call(['__complete', '--', 'run', '', ''], { env: { ACCEPTD_URL: 'no' } })).toMatchObject({
      err: '',
    })
  })

  it('is by the words as a shell would have them', () => {
    expect(wordsOf('acceptd run ')).toEqual(['acceptd', 'run', ''])
    expect(wordsOf('acceptd  run wo')).toEqual(['acceptd', 'run', 'wo'])
    expect(wordsOf(String.raw`acceptd run ok '{"a": "b c"}' "x y" z\ w --k`)).toEqual([
      'acceptd',
      'run',
      'ok',
      '{"a": "b c"}',
      'x y',
      'z w',
      '--k',
    ])
    expect(wordsOf(`acceptd run ok '{"a": `)).toEqual(['acceptd', 'run', 'ok', '{"a": '])
  })
})

/** A folder with `acceptd` in it, to stand first in PATH. */
async function folderWithAcceptd(): Promise<string> {
  const folder = await temporaryFolder()
  await fs.writeFile(path.join(folder, 'acceptd'), `#!/bin/sh\nexec "${process.execPath}" "${BIN}" "$@"\n`, {
    mode: 0o755,
  })
  return folder
}

describe('the scripts', () => {
  it.skipIf(!isThere('bash'))('work in bash', async () => {
    const folder = await folderWithAcceptd()
    const completed = async (line: string, words: readonly string[]) => {
      const script = `
        eval "$(acceptd completion bash)"
        COMP_LINE=$LINE COMP_POINT=\${#LINE} COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
        _acceptd acceptd
        echo "\${COMPREPLY[@]}"`
      const { out, err } = await start(
        'bash',
        ['--norc', '-c', script, 'bash', ...words],
        { ...env(), LINE: line, PATH: `${folder}:${process.env['PATH'] ?? ''}` },
        undefined,
        '/',
      )
      expect(err).toBe('')
      return out.trim()
    }
    const [command, task, value, afterUrl] = await Promise.all([
      completed('acceptd attem', ['acceptd', 'attem']),
      completed('acceptd run wo', ['acceptd', 'run', 'wo']),
      // Bash takes words apart at = and :, and puts in what comes after the last of them.
      completed('acceptd ls --status=f', ['acceptd', 'ls', '--status', '=', 'f']),
      completed(`acceptd run --url ${house.url} wo`, [
        'acceptd',
        'run',
        '--url',
        'http',
        ':',
        '//127.0.0.1',
        ':',
        '1',
        'wo',
      ]),
    ])
    expect([command, task, value, afterUrl]).toEqual(['attempts', 'word-count', 'failed', 'word-count'])
  })

  it.skipIf(!isThere('zsh'))('work in zsh (skipped where there is none)', async () => {
    const folder = await folderWithAcceptd()
    // The parts of zsh's completion that the script calls, saying what they are given.
    const script = `
      compdef() { : }
      _describe() { print -l -- "\${(@P)3}" }
      source <(acceptd completion zsh)
      words=(acceptd run wo) CURRENT=3
      _acceptd`
    const { out } = await start(
      'zsh',
      ['-f', '-c', script],
      { ...env(), PATH: `${folder}:${process.env['PATH'] ?? ''}` },
      undefined,
      '/',
    )
    expect(out).toContain('word-count:Count the words of a text')
  })

  it.skipIf(!isThere('fish'))('work in fish (skipped where there is none)', async () => {
    const folder = await folderWithAcceptd()
    const script = 'acceptd completion fish | source; complete -C "acceptd run wo"'
    const { out } = await start(
      'fish',
      ['--no-config', '-c', script],
      { ...env(), PATH: `${folder}:${process.env['PATH'] ?? ''}` },
      undefined,
      '/',
    )
    expect(out).toContain('word-count')
  })

  it('are for the shells that there are', async () => {
    expect(await call(['completion', 'cmd'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('no completion for "cmd", only for bash, zsh, fish') as string,
    })
  })
})
