/** What the command says about itself, and about command lines that it does not understand. */
import { describe, expect, it } from 'vitest'
import { EXIT } from '../../src/cli/exit-codes.ts'
import { call, useShell } from './support/at-the-shell.ts'

useShell()
const ASKING = [
  'run',
  'submit',
  'status',
  'result',
  'cancel',
  'retry',
  'delete',
  'ls',
  'tail',
  'attempts',
  'tasks',
  'open',
]

describe('the help', () => {
  it('begins with three commands to learn it from, and has all commands and exit codes', async () => {
    const { code, out, err } = await call(['--help'])
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out).toMatch(/^To begin with:\n {2}acceptd serve .*\n {2}acceptd run .*\n {2}acceptd ls .*\n\n/)
    for (const name of ASKING) expect(out).toMatch(new RegExp(`^ {2}${name}\\b`, 'm'))
    for (const number of Object.values(EXIT)) expect(out).toMatch(new RegExp(`^ {2}${number} +\\w`, 'm'))
    expect(out).not.toContain('__complete')
  })

  it('of each command ends with examples and exit codes', async () => {
    const all = await Promise.all(ASKING.map((name) => call([name, '--help'])))
    for (const [index, { code, out }] of all.entries()) {
      expect(code).toBe(0)
      expect(out).toContain(`Usage: acceptd ${ASKING[index]} `)
      expect(out).toMatch(
        new RegExp(
          `\nExamples:\n(?:.*\n)* {4}(?:.* )?acceptd ${ASKING[index]}\\b(?:.*\n)*\nExit codes:\n {2}0 `,
        ),
      )
      for (const option of ['--url', '--api-key']) expect(out).toContain(option)
    }
  })
})

describe('the help of what an operator needs', () => {
  it('has examples', async () => {
    const [serve, migrate, same] = await Promise.all([
      call(['serve', '--help']),
      call(['migrate', '--help']),
      call(['help', 'migrate']),
    ])
    expect(serve.out).toMatch(/\nExamples:\n(?:.*\n)* {4}acceptd serve\n(?:.*\n)*\nSettings/)
    expect(migrate.out).toMatch(/\nExamples:\n(?:.*\n)* {4}acceptd migrate status\n/)
    expect(same).toEqual({ ...migrate, code: 0 })
  })
})

describe('a command line that is wrong', () => {
  it('is 2, with what is wrong with it', async () => {
    const wrong: readonly (readonly [words: readonly string[], said: string])[] = [
      [[], 'Usage: acceptd'],
      [['stauts'], 'Did you mean status?'],
      [['status'], "missing required argument 'id'"],
      [['status', 'a', 'b'], 'too many arguments'],
      [['run', 'ok', '--wiat'], 'Did you mean --wait?'],
      [['run', 'ok', '--wait=soon'], 'Write a number of seconds'],
      [
        ['run', 'ok', '--wait', '10s'],
        "'--wait [seconds]' argument '10s' is invalid. Write a number of seconds",
      ],
      [['status', 'x', '--wait', '0'], 'leave --wait out'],
      [['ls', '--watch', 'abc'], "'--watch [seconds]' argument 'abc' is invalid. Write a number of seconds"],
      [['ls', '--watch', '0'], 'It must be more than 0 seconds'],
      [['run', 'ok', '--priority', 'high'], 'whole number'],
      [['run', 'ok', '--run-at', 'noon'], 'a time with its zone'],
      [['run', 'ok', '--key', ''], 'printable ASCII'],
      [['ls', '--status', 'done'], 'Allowed choices are pending'],
      [['ls', '--limit', '0'], 'whole number'],
      [['ls', '--url', 'localhost'], 'http or https URL'],
      [['help', 'stauts'], 'error: there is no command "stauts". Did you mean "status"?'],
      [['--url', 'http://localhost', 'ls'], 'error: write --url after the command'],
      [['migrate', 'sideways'], "unknown command 'sideways'"],
      [['openapi', '--write', '--check'], 'cannot be used with'],
    ]
    const all = await Promise.all(wrong.map(([words]) => call(words)))
    for (const [index, { code, out, err }] of all.entries()) {
      expect({ code, out }).toEqual({ code: 2, out: '' })
      expect(err).toContain(wrong[index]?.[1])
    }
  })
})
