/** What createAcceptd is given: what it cannot use it refuses with a sentence, before anything is started. */
import { spawnSync } from 'node:child_process'
import path from 'node:path'
import pg from 'pg'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createAcceptd, defineTask, z, type AcceptdOptions } from '../../src/acceptd.ts'
import { testDatabase } from '../support/database.ts'
import { FIXTURE_TASKS } from '../support/house.ts'
import { until } from '../support/until.ts'
import { tasks } from './support.ts'

const definition = { summary: 'Nothing', input: z.null(), output: z.null(), run: () => null }

describe('an option that cannot be used', () => {
  it.each<[string, object, RegExp]>([
    ['misspelt', { task: {} }, /^task is not an option of createAcceptd\. Did you mean "tasks"\?$/],
    [
      'a setting misspelt',
      { settings: { ACCEPTD_CONCURENCY: '1' } },
      /^settings: .*Did you mean "ACCEPTD_CONCURRENCY"/,
    ],
    ['a setting of a server', { settings: { PORT: '3000' } }, /^settings: PORT is the app's own affair/],
    [
      'a setting out of range',
      { settings: { ACCEPTD_CONCURRENCY: '0' } },
      /ACCEPTD_CONCURRENCY must be from 1/,
    ],
    ['no URL', { databaseUrl: 'mysql://x' }, /DATABASE_URL must start with postgres/],
    ['no such role', { role: 'both' }, /ACCEPTD_ROLE must be one of/],
    ['no function', { principalOf: 'ada' }, /^principalOf must be a function/],
    ['no pino', { log: () => undefined }, /^log must be a pino/],
    ['no task', { tasks: { add: () => 1 } }, /^tasks: "add" is not a task; make it with defineTask/],
    [
      'a task with no name for one',
      { tasks: { sendMail: tasks.add } },
      /"sendMail" cannot name a task: use lower/,
    ],
    [
      'an isolated task',
      { tasks: { apart: defineTask({ ...definition, isolate: true }) } },
      /put it into a folder/,
    ],
    [
      'a task that is there',
      { tasks: { ok: tasks.add }, taskFolders: [FIXTURE_TASKS] },
      /task "ok" already, in .*ok.ts/,
    ],
    ['no folder', { taskFolders: ['nowhere'] }, /nowhere: there is no such folder/],
  ])('is refused: %s', async (_, options, message) => {
    await expect(createAcceptd(options as AcceptdOptions)).rejects.toThrow(message)
  })

  it('is refused: a task of a name that is taken', async () => {
    const { url: databaseUrl, drop } = await testDatabase()
    onTestFinished(drop)
    const http = defineTask(definition)
    await expect(
      createAcceptd({ tasks: { http }, databaseUrl, settings: { LOG_LEVEL: 'silent' } }),
    ).rejects.toThrow(/"http" comes with acceptd/)
  })
})

describe('a program that has told pg how to read values', () => {
  const told = (type: number, parse: (text: string) => unknown) => {
    const before = pg.types.getTypeParser(type) as (text: string) => unknown
    pg.types.setTypeParser(type, parse)
    onTestFinished(() => pg.types.setTypeParser(type, before))
  }

  it('is refused where acceptd could not work', async () => {
    told(1184, String)
    await expect(createAcceptd({})).rejects.toThrow(/^pg\.types was told to read timestamptz/)
  })

  it('is no trouble where that is of whole numbers, say', async () => {
    for (const type of [20, 1700]) told(type, (text) => ({ exactly: text }))
    for (const type of [1082, 1114]) told(type, String)
    const { url: databaseUrl, drop } = await testDatabase()
    onTestFinished(drop)
    const acceptd = await createAcceptd({ tasks, databaseUrl, settings: { LOG_LEVEL: 'silent' } })
    const { job } = await acceptd.submit('add', { a: 1 })
    await until('it to be done', async () => (await acceptd.get(job.id)).done)
    expect(await acceptd.get(job.id)).toMatchObject({ status: 'completed', result: { sum: 1 } })
    await acceptd.close()
  })
})

describe('a task file', () => {
  it('loads nothing that only a program needs', () => {
    const script = `
      import { registerHooks } from 'node:module'
      const loaded = new Set()
      registerHooks({
        load(url, context, next) {
          const [, name] = /node_modules\\/([^/]+)/.exec(url) ?? []
          if (name) loaded.add(name)
          return next(url, context)
        },
      })
      await import('acceptd')
      process.stdout.write([...loaded].sort().join(' '))`
    const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
      encoding: 'utf8',
    })
    expect(stdout).toBe('leven zod')
  })
})

describe('tasks', () => {
  it('are those that were given, and those that call others; folders and the shipped ones where they are asked for', async () => {
    const { url: databaseUrl, drop } = await testDatabase()
    onTestFinished(drop)
    const role = 'api'
    const settings = { LOG_LEVEL: 'silent' }
    const { add } = tasks
    const few = await createAcceptd({ tasks: { add }, databaseUrl, role, settings })
    await expect(few.submit('add', { a: 1 })).resolves.toMatchObject({ job: { task: 'add' } })
    // @ts-expect-error: it is not there
    await expect(few.submit('word-count', { text: '' })).rejects.toMatchObject({ code: 'validation-error' })
    await few.close()
    const all = await createAcceptd({
      tasks: { add },
      databaseUrl,
      role,
      settings,
      shippedTasks: true,
      taskFolders: [path.relative(process.cwd(), FIXTURE_TASKS)],
    })
    for (const [task, input] of [
      ['add', { a: 1 }],
      ['word-count', { text: '' }],
      ['ok', {}],
    ] as const)
      await expect(all.submit(task, input)).resolves.toMatchObject({ job: { task } })
    await all.close()
  })
})
