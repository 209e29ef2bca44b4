import fs from 'node:fs/promises'
import net, { type AddressInfo } from 'node:net'
import path from 'node:path'
import { describe, expect, inject, it } from 'vitest'
import { command, temporaryFolder } from '../support/processes.ts'

const refusal = async (env: Record<string, string>) => {
  const { code, output } = await command(['serve'], { PORT: '0', ...env })
  expect(code).toBe(1)
  expect(output, 'a sentence, not a stack').not.toMatch(/^\s+at /m)
  return output
}

describe('acceptd refuses to start, with a sentence that says what to do,', () => {
  it('in production without a database, naming the two ways on', async () => {
    const output = await refusal({ NODE_ENV: 'production', ACCEPTD_DATA_DIR: await temporaryFolder() })
    expect(output).toMatch(/set DATABASE_URL/)
    expect(output).toMatch(/docker compose up/)
    expect(output.trim().split('\n')).toHaveLength(1)
  })

  it('when settings are wrong, all of them at once', async () => {
    const output = await refusal({
      PORT: '99999',
      ACCEPTD_ROLE: 'boss',
      ACCEPTD_CONCURRENCY: 'many',
      DATABASE_URL: 'mysql://x',
    })
    for (const name of ['PORT', 'ACCEPTD_ROLE', 'ACCEPTD_CONCURRENCY', 'DATABASE_URL'])
      expect(output).toMatch(new RegExp(`^${name} must`, 'm'))
  })

  it('when the port is taken', async () => {
    const server = net.createServer()
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve)
    })
    const { port } = server.address() as AddressInfo
    const dataDir = await temporaryFolder()
    const output = await refusal({ PORT: String(port), ACCEPTD_DATA_DIR: dataDir })
    expect(output).toContain(`127.0.0.1:${port} is taken`)
    expect(await fs.readdir(dataDir), 'no database was made for nothing').toEqual([])
    server.close()
  })

  it('when nobody answers at DATABASE_URL', async () => {
    expect(await refusal({ DATABASE_URL: 'postgres://nobody@127.0.0.1:1/x' })).toMatch(
      /refuses connections.*DATABASE_URL/,
    )
  })

  it('when the password or the database is wrong', async () => {
    const url = new URL(inject('postgresUrl'))
    expect(
      await refusal({ DATABASE_URL: Object.assign(new URL(url), { pathname: '/nowhere' }).href }),
    ).toMatch(/does not let us in/)
    expect(await refusal({ DATABASE_URL: Object.assign(new URL(url), { password: 'wrong' }).href })).toMatch(
      /does not let us in/,
    )
  })

  it('when the data are of another major version of Postgres', async () => {
    const folder = await temporaryFolder()
    await fs.mkdir(path.join(folder, 'postgres'))
    await fs.writeFile(path.join(folder, 'postgres/PG_VERSION'), '15\n')
    expect(await refusal({ ACCEPTD_DATA_DIR: folder })).toMatch(
      /15[\s\S]*18[\s\S]*DATABASE_URL|18[\s\S]*15[\s\S]*DATABASE_URL/,
    )
  })

  it('when the data folder is a file', async () => {
    const file = path.join(await temporaryFolder(), 'file')
    await fs.writeFile(file, '')
    expect(await refusal({ ACCEPTD_DATA_DIR: file })).toContain(file)
  })
})

describe('a tasks folder', () => {
  const withTask = async (name: string, text: string) => {
    const folder = await temporaryFolder()
    await fs.writeFile(path.join(folder, name), text)
    return refusal({ ACCEPTD_TASKS: folder, DATABASE_URL: inject('postgresUrl') })
  }

  it.each([
    [
      'does not parse',
      'broken.ts',
      'export default {\n  a: ,\n}\n',
      /broken\.ts: .*\(line 2\)\n.*\n {2}a: ,\n/,
    ],
    ['throws', 'throws.ts', "throw new Error('no such secret')", /throws\.ts: no such secret/],
    ['has no task in it', 'empty.ts', 'export const x = 1', /empty\.ts: its default export is not a task/],
    ['imports what is not there', 'lost.ts', "import './nowhere.ts'", /lost\.ts: .*nowhere/],
    [
      'is badly named',
      'Bad_Name.ts',
      "import { defineTask, z } from 'acceptd'\nexport default defineTask({ summary: 's', input: z.object({}), output: z.object({}), run: () => ({}) })",
      /Bad_Name\.ts: "Bad_Name" cannot name a task/,
    ],
    [
      'has a definition that makes no sense',
      'wrong.ts',
      "import { defineTask, z } from 'acceptd'\nexport default defineTask({ summary: '', input: z.object({}), output: z.object({}), run: () => ({}) })",
      /wrong\.ts: summary must/,
    ],
    [
      'has an example that is not valid',
      'ex.ts',
      "import { defineTask, z } from 'acceptd'\nexport default defineTask({ summary: 's', example: { a: 1 }, input: z.object({ a: z.string() }), output: z.object({}), run: () => ({}) })",
      /ex\.ts: example is not a valid input: #\/a/,
    ],
    [
      'has an input no JSON can be',
      'date.ts',
      "import { defineTask, z } from 'acceptd'\nexport default defineTask({ summary: 's', input: z.object({ at: z.date() }), output: z.object({}), run: () => ({}) })",
      /date\.ts: input must be expressible as JSON Schema/,
    ],
    [
      'has a member nobody knows',
      'typo.ts',
      "import { defineTask, z } from 'acceptd'\nexport default defineTask({ summary: 's', timeoutSecond: 5, input: z.object({}), output: z.object({}), run: () => ({}) })",
      /typo\.ts: unknown member "timeoutSecond"\. Did you mean "timeoutSeconds"\?/,
    ],
    [
      'has a retry policy with one',
      'typo.ts',
      "import { defineTask, z } from 'acceptd'\nexport default defineTask({ summary: 's', retry: { delay: 5 }, input: z.object({}), output: z.object({}), run: () => ({}) })",
      /typo\.ts: unknown member "retry\.delay"/,
    ],
    [
      'has the name of a shipped one',
      'word-count.ts',
      "import { defineTask, z } from 'acceptd'\nexport default defineTask({ summary: 's', input: z.object({}), output: z.object({}), run: () => ({}) })",
      /word-count\.ts: there is a task "word-count" already/,
    ],
  ])(
    'with a file that %s stops the start with its path and the reason',
    async (_what, name, text, expected) => {
      expect(await withTask(name, text)).toMatch(expected)
    },
  )

  it('that does not exist stops the start with its path', async () => {
    expect(await refusal({ ACCEPTD_TASKS: '/nowhere/tasks', DATABASE_URL: inject('postgresUrl') })).toMatch(
      /\/nowhere\/tasks: there is no such folder/,
    )
  })
})
