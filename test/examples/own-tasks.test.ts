/** examples/own-tasks: the folder copied to somewhere else as its README says, and used from there. */
import fs from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { testDatabase } from '../support/database.ts'
import { serve, temporaryFolder } from '../support/processes.ts'
import { readme } from '../support/readme.ts'
import { runProgram } from '../support/run-program.ts'

const CHECKOUT = path.join(import.meta.dirname, '../..')
const { settings, typed } = readme('own-tasks')

/** A place for the copy, and what the README says to type in the checkout, with the copy there. */
async function copied() {
  const folder = await temporaryFolder()
  const type = (lines: string) =>
    runProgram('sh', ['-euc', lines.replaceAll('../my-tasks', `${folder}/my-tasks`)], { cwd: CHECKOUT })
  expect(await type(typed('cp -r', ''))).toEqual({ code: 0, stdout: '', stderr: '' })
  return { tasks: path.join(folder, 'my-tasks/tasks'), type }
}

describe('tasks in a folder of one’s own', () => {
  it('run from wherever the folder was copied to, with nothing installed in it', async () => {
    const { tasks } = await copied()
    expect(settings).toEqual({ ACCEPTD_TASKS: path.join(CHECKOUT, '../my-tasks/tasks') })
    const database = await testDatabase()
    const acceptd = await serve({ DATABASE_URL: database.url, ACCEPTD_TASKS: tasks })
    // The test beside the task is no task, and neither are its parts.
    expect(acceptd.output()).toMatch(/^ +Tasks +csv-report, word-count, invoice, http, webhook$/m)

    const lines = typed('job=', acceptd.url)
    const { code, stdout } = await runProgram('sh', ['-euc', lines])
    expect(code).toBe(0)
    expect(stdout).toContain('<h1>Invoice 2026-017</h1>')
    expect(stdout).toContain('€ 3600.00')

    const tooLarge = lines.replace('"cents":150000', '"cents":150000000').replace('-sf', '-s')
    const refused = await runProgram('sh', ['-euc', `${tooLarge.split('\n')[0]}\necho "$job"`])
    const answer = await fetch(acceptd.url + refused.stdout.trim(), { headers: { Prefer: 'wait=30' } })
    expect(await answer.json()).toMatchObject({
      status: 'failed',
      attempt: 1,
      error: { code: 'total-too-large', detail: 'Somebody has to sign this one', retryable: false },
    })
    acceptd.process.kill('SIGTERM')
    expect(await acceptd.exited).toBe(0)
    await database.drop()
  })

  it('are tested by Node, and checked by the compiler of the checkout', async () => {
    const { tasks, type } = await copied()
    const { code, stdout } = await type(typed('npx tsc', ''))
    expect(code).toBe(0)
    expect(stdout).toMatch(/pass 2$/m)

    const file = path.join(tasks, 'invoice.ts')
    const task = await fs.readFile(file, 'utf8')
    await fs.writeFile(file, task.replace('fileName: `', 'fileNam: `'))
    const wrong = await type('npx tsc -p ../my-tasks')
    expect(wrong.code).not.toBe(0)
    expect(wrong.stdout).toMatch(/invoice\.ts\(\d+,\d+\): error TS\d+: /)
  })
})
