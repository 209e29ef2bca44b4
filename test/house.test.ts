/** The floor plan as a test: CONTRIBUTING.md draws it, this enforces it. */
import fs from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { PROBLEM_TYPES } from '../src/http/problem-types.ts'
import { STATUSES } from '../src/job/status.ts'
import { EXPORTS } from '../src/work/own-name.ts'
import {
  cycles,
  drawers,
  LADDER,
  readersOfTheEnvironment,
  readSource,
  sourceOf,
  statusCodes,
  wrongWayImports,
} from './support/floor-plan.ts'

const ROOT = path.join(import.meta.dirname, '..')
const files = readSource(path.join(ROOT, 'src'))
const read = (name: string) => fs.readFileSync(path.join(ROOT, name), 'utf8')

describe('the house', () => {
  it('has the rooms of the plan and no others', () => {
    const rooms = new Set(files.map(({ room }) => room).filter(Boolean))
    expect([...rooms].toSorted()).toEqual([...Object.keys(LADDER), 'cli'].toSorted())
  })

  it('has imports that only go down the ladder', () => {
    expect(wrongWayImports(files)).toEqual([])
  })

  it('has no import cycles, not even of types', () => {
    expect(cycles(files)).toEqual([])
  })

  it('keeps what a job is pure', () => {
    const used = new Set(files.filter(({ room }) => room === 'job').flatMap(({ packages }) => packages))
    expect([...used].toSorted()).toEqual(['canonicalize', 'leven', 'node:crypto', 'zod'])
  })

  it('keeps the client free of packages, and of all that a browser has not', () => {
    const rooms = files.filter(({ room }) => room === 'client' || room === 'polling')
    expect(rooms.length).toBeGreaterThan(10)
    expect(rooms.flatMap(({ packages }) => packages)).toEqual([])
    const nodeOnly = rooms.filter(({ code }) =>
      /\b(?:Buffer|process|require|NodeJS|setImmediate)\b/.test(code),
    )
    expect(nodeOnly.map(({ name }) => name)).toEqual([])
  })

  it('keeps pg-boss in queue, but for its type, Express in http, and undici in outbound', () => {
    const users = (name: string, except: string) =>
      files.filter(
        ({ room, code }) =>
          room !== except && new RegExp(`^import (?!type )[^'"]*from '${name}'`, 'm').test(code),
      )
    expect(users('pg-boss', 'queue').map(({ name }) => name)).toEqual([])
    expect(users('express', 'http').map(({ name }) => name)).toEqual([])
    expect(users('undici', 'outbound').map(({ name }) => name)).toEqual([])
  })

  it('opens transactions in commands and work only, but for the lock that starts are held under', () => {
    const openers = files
      .filter(
        ({ name, code }) => name !== 'store/start-lock.ts' && /\.transaction\(\)|['"`]begin\b/.test(code),
      )
      .map(({ room }) => room)
    expect([...new Set(openers)].toSorted()).toEqual(['commands', 'work'])
  })

  it('reads the environment in config.ts only', () => {
    expect(readersOfTheEnvironment(files)).toEqual(['config.ts'])
  })

  it('decides about our own answers in http only, and reads those of others in outbound', () => {
    expect(statusCodes(files)).toEqual([])
  })

  it('has no drawers', () => {
    expect(drawers(files)).toEqual([])
  })

  it('has default exports in tasks only', () => {
    const exporters = files.filter(({ code }) => /^export default/m.test(code)).map(({ room }) => room)
    expect([...new Set(exporters)]).toEqual(['tasks'])
  })

  it('opens each file with a sentence that says what it holds', () => {
    const silent = files.filter(({ name }) => !/^\/[/*]/.test(read(`src/${name}`)))
    expect(silent.map(({ name }) => name)).toEqual([])
  })
})

describe('what is said in two places', () => {
  it('has every error code with a status, and openapi.yaml with exactly those codes', () => {
    const document = parse(read('openapi.yaml')) as {
      components: { schemas: { Problem: { properties: { code: { enum: string[] } } } } }
    }
    expect(document.components.schemas.Problem.properties.code.enum.toSorted()).toEqual(
      Object.keys(PROBLEM_TYPES).toSorted(),
    )
    const codes = [...read('src/job/errors.ts').matchAll(/^ {2}\| '([a-z-]+)'/gm)].map((match) => match[1])
    expect(codes.length).toBeGreaterThan(5)
    expect(Object.keys(PROBLEM_TYPES)).toEqual(expect.arrayContaining(codes))
  })

  it('has every status in the newest CHECK of the migrations, and no other', () => {
    const migrations = fs.readdirSync(path.join(ROOT, 'migrations')).toSorted()
    const checks = migrations.flatMap((name) => [
      ...read(`migrations/${name}`).matchAll(/check \(status in \(([^)]*)\)\)/g),
    ])
    const stored = [...(checks.at(-1)?.[1] ?? '').matchAll(/'(\w+)'/g)].map((match) => String(match[1]))
    expect(stored.toSorted()).toEqual([...STATUSES].toSorted())
  })

  it('needs the same Node wherever that is written', () => {
    const { engines } = JSON.parse(read('package.json')) as { engines: { node: string } }
    expect(engines.node).toBe('^24.16.0 || >=26.0.0')
    for (const file of ['bin/acceptd.js', 'tools/node/ensure.cjs'])
      expect(read(file)).toMatch(/major >= 26 \|\| \(major === 24 && minor >= 16\)/)
  })

  it('means the same by its own names in a checkout and in the package', () => {
    const { exports } = JSON.parse(read('package.json')) as { exports: Record<string, { default?: string }> }
    const { compilerOptions } = JSON.parse(read('tsconfig.json')) as {
      compilerOptions: { paths: Record<string, readonly string[]> }
    }
    const inPackage = Object.entries(exports).flatMap(([name, { default: file }]) =>
      file === undefined ? [] : [[name.replace(/^\./, 'acceptd'), file]],
    )
    const names = Object.entries(EXPORTS)
    // The client is bundled: a page can have it as it is.
    const packed = names.map(([name, file]) => [name, `./dist/${file.replace('client/', '')}.js`])
    expect(packed).toEqual(inPackage)
    expect(Object.fromEntries(names.map(([name, file]) => [name, [`./src/${file}.ts`]]))).toEqual(
      compilerOptions.paths,
    )
  })

  it('has the lock files free of download addresses', () => {
    for (const file of ['package-lock.json', 'tools/node/package-lock.json', 'bench/package-lock.json'])
      expect(read(file)).not.toContain('"resolved"')
  })
})

describe('the plan bites', () => {
  it('on a room that looks up the ladder', () => {
    const wrong = sourceOf('job/job.ts', "import { findJob } from '../store/jobs.ts'")
    expect(wrongWayImports([wrong])).toEqual(['job/job.ts → store/jobs.ts'])
    expect(wrongWayImports([sourceOf('work/a.ts', "import type { B } from '../http/b.ts'")])).toHaveLength(1)
    expect(wrongWayImports([sourceOf('http/a.ts', "import { x } from '../store/moves.ts'")])).toHaveLength(1)
  })

  it('on a cycle', () => {
    const ring = [sourceOf('job/a.ts', "import './b.ts'"), sourceOf('job/b.ts', "export { a } from './a.ts'")]
    expect(cycles(ring)).toEqual(['job/a.ts → job/b.ts → job/a.ts'])
  })

  it('on the environment, a status code and a drawer', () => {
    expect(readersOfTheEnvironment([sourceOf('job/a.ts', 'const x = process.env.PORT')])).toHaveLength(1)
    expect(statusCodes([sourceOf('work/a.ts', 'res.status(500)')])).toHaveLength(1)
    expect(statusCodes([sourceOf('commands/a.ts', 'return { status: 404 }')])).toHaveLength(1)
    expect(drawers([sourceOf('work/job-helper.ts', ''), sourceOf('work/claim.ts', '')])).toEqual([
      'work/job-helper.ts',
    ])
  })
})
