/** examples/typescript-client: run as its README says. */
import fs from 'node:fs/promises'
import path from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { built } from '../support/built.ts'
import { testDatabase } from '../support/database.ts'
import { serve, temporaryFolder } from '../support/processes.ts'
import { readme } from '../support/readme.ts'
import { runProgram } from '../support/run-program.ts'
import { useHouse } from '../support/house.ts'

const ROOT = path.join(import.meta.dirname, '../..')
const example = (name: string) => path.join(ROOT, 'examples/typescript-client', name)
const { typed } = readme('typescript-client')

beforeAll(built)

describe('words.ts', () => {
  const house = useHouse()

  it('prints what became of each text, as the README says to call it', async () => {
    const line = typed('words.ts', house.url)
    const { code, stdout, stderr } = await runProgram('sh', ['-euc', line], {
      cwd: ROOT,
      env: { ACCEPTD_URL: house.url },
    })
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toBe('6\tto be or not to be\n4\tthat is the question\n')
  })

  it('says how it is used where it is given no texts', async () => {
    const { code, stdout, stderr } = await runProgram(process.execPath, [example('words.ts')], { cwd: ROOT })
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(/^Usage: node words\.ts /)
  })

  it('says what is wrong with an input', async () => {
    const long = 'a '.repeat(600_000)
    const script = `process.argv = ['node', 'words.ts', 'a '.repeat(${long.length / 2})]; await import(${JSON.stringify(example('words.ts'))})`
    const { code, stderr } = await runProgram(process.execPath, ['--input-type=module', '--eval', script], {
      cwd: ROOT,
      env: { ACCEPTD_URL: house.url },
    })
    expect(code).toBe(1)
    expect(stderr).toMatch(/^#\/input\/text: /)
  })
})

describe('report.ts', () => {
  it('follows a report day by day and writes its file; started again it is the same job', async () => {
    const database = await testDatabase()
    const acceptd = await serve({
      ACCEPTD_TASKS: path.join(ROOT, 'examples/report/tasks'),
      DATABASE_URL: database.url,
    })
    const cwd = await temporaryFolder()
    const run = () =>
      runProgram(process.execPath, [example('report.ts'), '2026-11', '2'], {
        cwd,
        env: { ACCEPTD_URL: acceptd.url },
      })
    const first = await run()
    expect(first).toMatchObject({ code: 0, stderr: '' })
    expect(first.stdout).toMatch(/ %  running  counting 2026-11-\d\d\n/)
    expect(first.stdout).toMatch(/100 %  completed  /)
    const file = await fs.readFile(path.join(cwd, 'report-2026-11.csv'), 'utf8')
    expect(file).toMatch(/^day,orders,revenue\n2026-11-01,/)
    const again = await run()
    expect(again.stdout.split('\n')[0]).toMatch(/^100 %  completed/)
    acceptd.process.kill('SIGTERM')
    await acceptd.exited
    await database.drop()
  })
})
