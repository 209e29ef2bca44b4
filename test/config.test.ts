import fs from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { ConfigError, configFrom } from '../src/config.ts'
import { DEFAULT_RULES } from '../src/outbound/rules.ts'
import { SETTINGS } from '../src/settings.ts'

const problems = (env: Record<string, string>) => {
  try {
    configFrom(env)
    return []
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError)
    return (error as Error).message.split('\n')
  }
}

describe('the configuration', () => {
  it('works on a laptop with nothing set', () => {
    expect(configFrom({})).toEqual({
      port: 3000,
      host: '127.0.0.1',
      role: 'all',
      dataDir: path.resolve('.data'),
      taskFolders: [],
      concurrency: 10,
      lanes: new Map(),
      graceSeconds: 10,
      drainSeconds: 0,
      maxStallSeconds: 30,
      retentionSeconds: 7 * 86_400,
      maxOutputBytes: 16 * 1024 * 1024,
      maxWaiting: 10_000,
      maxAccepting: 5000,
      answerMs: 2000,
      maxConnections: 12_000,
      apiKeys: new Map(),
      secretKeys: [],
      webhookSecrets: new Map(),
      callbackUrls: new Map(),
      outbound: DEFAULT_RULES,
      hiddenNames: [],
      perOrigin: 10,
      logLevel: 'info',
      production: false,
    })
  })

  it('takes an empty setting for one that is not set', () => {
    expect(configFrom({ PORT: '', DATABASE_URL: ' ' })).toEqual(configFrom({}))
  })

  it('has folders of tasks one after another, as absolute paths', () => {
    const { taskFolders } = configFrom({ ACCEPTD_TASKS: '/a/tasks, ./b , ' })
    expect(taskFolders).toEqual(['/a/tasks', path.resolve('b')])
  })

  it('has callers by their keys, and never repeats a key in a complaint', () => {
    const given = 'ada:ada-key-0123456789, bob:bob-key-0123456789'
    expect([...configFrom({ ACCEPTD_API_KEYS: given }).apiKeys]).toEqual([
      ['ada-key-0123456789', 'ada'],
      ['bob-key-0123456789', 'bob'],
    ])
    for (const wrong of [
      'secret-too-short',
      'ada:short',
      ':no-name-0123456789',
      `${given},eve:ada-key-0123456789`,
    ]) {
      const [complaint = ''] = problems({ ACCEPTD_API_KEYS: wrong })
      expect(complaint).toMatch(/^ACCEPTD_API_KEYS must be name:key pairs/)
      expect(complaint).not.toContain(wrong)
    }
  })

  it('has slots of lanes as pairs, and 0 for a lane that is left alone', () => {
    expect([...configFrom({ ACCEPTD_LANES: 'mail=20, big-reports=0,' }).lanes]).toEqual([
      ['mail', 20],
      ['big-reports', 0],
    ])
    for (const wrong of [
      'mail',
      'mail=',
      'mail=-1',
      'mail=1001',
      'Mail=1',
      'mail=1,mail=2',
      '=3',
      'mail=1.5',
    ]) {
      const [complaint = ''] = problems({ ACCEPTD_LANES: wrong })
      expect(complaint).toMatch(/^ACCEPTD_LANES must be lane=jobs pairs/)
    }
  })

  it('has room for more connections than may wait, or whoever waits would shut out everybody else', () => {
    expect(problems({ ACCEPTD_MAX_WAITING: '12000' })).toEqual([
      'ACCEPTD_MAX_CONNECTIONS must be more than ACCEPTD_MAX_WAITING (they are "12000" and "12000")',
    ])
    expect(problems({ ACCEPTD_MAX_WAITING: '50000', ACCEPTD_MAX_CONNECTIONS: '50001' })).toEqual([])
  })

  it('cannot be changed once it is read', () => {
    expect(Object.isFrozen(configFrom({}))).toBe(true)
  })

  it('says everything that is wrong, a line each, with what was given', () => {
    const lines = problems({
      PORT: '70000',
      ACCEPTD_PUBLIC_URL: 'jobs.example.com',
      ACCEPTD_CONCURRENCY: '0',
      LOG_LEVEL: 'loud',
    })
    expect(lines).toEqual(
      expect.arrayContaining([
        'PORT must be from 0 to 65535 (it is "70000")',
        'ACCEPTD_CONCURRENCY must be from 1 to 1000 (it is "0")',
        expect.stringMatching(/^LOG_LEVEL must be one of/),
        expect.stringMatching(/^ACCEPTD_PUBLIC_URL must be an http or https URL/),
      ]),
    )
    expect(lines).toHaveLength(4)
  })

  it.each(['-1', '1.5', '0x10', 'ten', '1e3'])('wants whole numbers written as such, not %s', (port) => {
    expect(problems({ PORT: port })).toHaveLength(1)
  })

  it('has nothing to do with names that are nearly its own', () => {
    expect(problems({ ACCEPTD_TASK: 'x', ACCEPTD_DIR: 'y' })).toEqual([
      'ACCEPTD_TASK is not a setting. Did you mean "ACCEPTD_TASKS"?',
      expect.stringMatching(/^ACCEPTD_DIR is not a setting\./),
    ])
  })

  it('does not repeat a database URL, which may hold a password', () => {
    expect(problems({ DATABASE_URL: 'mysql://me:secret@db' }).join()).not.toContain('secret')
  })

  it('wants a database in production, and takes any Postgres URL', () => {
    expect(problems({ NODE_ENV: 'production' })).toHaveLength(1)
    expect(configFrom({ NODE_ENV: 'production' }, 'nothing').production).toBe(true)
    expect(problems({ NODE_ENV: 'production', DATABASE_URL: 'postgresql://db/x' })).toEqual([])
    expect(problems({ DATABASE_URL: 'http://db' })).toHaveLength(1)
  })
})

describe('what is written about the settings', () => {
  const read = (name: string) => fs.readFileSync(path.join(import.meta.dirname, '..', name), 'utf8')

  it('is the same in .env.example: all of them, in their order', () => {
    const said = [...read('.env.example').matchAll(/^# (.+)\n#(\w+)=(.*)$/gm)]
    expect(said.map(([, help, name, fallback]) => ({ name, help, fallback }))).toEqual(SETTINGS)
  })

  it('is the same in the README', () => {
    const said = [...read('README.md').matchAll(/^\| `([A-Z_]+)` +\| (.+?) +\| (?:`(.*)`)? *\|$/gm)]
    expect(said.map(([, name, help, fallback = '']) => ({ name, help, fallback }))).toEqual(SETTINGS)
  })
})
