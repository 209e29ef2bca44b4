/** examples/docker-compose: started with docker where there is one; and as plain processes, which tells all but the images. */
import { execFileSync, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { parseEnv } from 'node:util'
import pg from 'pg'
import { describe, expect, inject, it, onTestFinished } from 'vitest'
import { parse } from 'yaml'
import { SETTINGS } from '../../src/settings.ts'
import { freePorts } from '../support/free-ports.ts'
import { acceptd, command } from '../support/processes.ts'
import { readme } from '../support/readme.ts'
import { runProgram } from '../support/run-program.ts'
import { until } from '../support/until.ts'

const FOLDER = path.join(import.meta.dirname, '../../examples/docker-compose')
const NAMES = SETTINGS.map(({ name }) => name)

interface Service {
  readonly image: string
  readonly build?: string
  readonly command?: readonly string[]
  readonly environment: Readonly<Record<string, string>>
  readonly volumes?: readonly string[]
  readonly ports?: readonly string[]
  readonly deploy?: { readonly replicas: string | number }
}

const text = fs.readFileSync(path.join(FOLDER, 'compose.yaml'), 'utf8')
const variables = parseEnv(fs.readFileSync(path.join(FOLDER, '.env.example'), 'utf8'))
const { services } = parse(interpolated(text, variables), { merge: true }) as {
  services: Readonly<Record<'postgres' | 'migrate' | 'api' | 'worker', Service>>
}
const ours = [services.migrate, services.api, services.worker]
const { typed } = readme('docker-compose')

/** As docker compose does it, as far as it is used here. */
function interpolated(yaml: string, values: NodeJS.Dict<string>): string {
  return yaml.replaceAll(/\$\{(\w+)(?::([-?])([^}]*))?\}/g, (_, name: string, kind?: string, words = '') => {
    const value = values[name] ?? ''
    if (value === '' && kind === '?') throw new Error(`${name} is missing: ${words}`)
    return value === '' && kind === '-' ? String(words) : value
  })
}

describe('compose.yaml', () => {
  it('gives acceptd settings that it knows', () => {
    for (const { environment } of ours) {
      expect(NAMES).toEqual(expect.arrayContaining(Object.keys(environment)))
    }
  })

  it('will not start with a password or keys that nobody chose', () => {
    for (const name of ['POSTGRES_PASSWORD', 'ACCEPTD_API_KEYS', 'ACCEPTD_PUBLIC_URL']) {
      expect(() => interpolated(text, { ...variables, [name]: '' })).toThrow(`${name} is missing`)
    }
  })

  it('asks for nothing but what .env.example has, and CHECKOUT', () => {
    const asked = Array.from(text.matchAll(/\$\{(\w+)/g), ([, name]) => name)
    expect(new Set(asked)).toEqual(new Set([...Object.keys(variables), 'CHECKOUT']))
  })

  it('builds the image once, from the checkout, and shows all of them the tasks', () => {
    expect(ours.map(({ image }) => image)).toEqual(Array(3).fill('acceptd:local'))
    expect(ours.flatMap(({ build }) => build ?? [])).toEqual(['../..'])
    expect(fs.existsSync(path.join(FOLDER, '../../Dockerfile'))).toBe(true)
    for (const { volumes, environment } of ours) {
      expect(volumes).toEqual([`./tasks:${environment['ACCEPTD_TASKS']}:ro`])
    }
  })
})

describe('the services of compose.yaml, as processes without containers', () => {
  it('migrate the database, take in a job and run it', async () => {
    const databaseUrl = await emptyDatabase()
    const [port = 0] = await freePorts(1)
    // What differs from a container: where the database and the tasks are, and the port. The image says production.
    const env = ({ environment }: Service) => ({
      ...environment,
      NODE_ENV: 'production',
      DATABASE_URL: databaseUrl,
      ACCEPTD_TASKS: path.join(FOLDER, 'tasks'),
      PORT: String(port),
    })

    expect(await command(wordsOf(services.migrate), env(services.migrate))).toMatchObject({ code: 0 })
    const workers = Array.from({ length: Number(services.worker.deploy?.replicas) }, () => services.worker)
    const running = [services.api, ...workers].map((service) => acceptd(wordsOf(service), env(service)))
    const url = `http://127.0.0.1:${port}`
    await until('the API to be ready', async () => {
      const response = await fetch(`${url}/readyz`).catch(() => undefined)
      return response?.ok === true
    })
    await until('the workers to be alive', async () => {
      return /"workers:alive".*"observedValue":2\b/.test(await (await fetch(`${url}/health`)).text())
    })

    await expectJob(url)
    expect((await fetch(`${url}/jobs`)).status).toBe(401)
    for (const each of running) each.process.kill('SIGTERM')
    expect(await Promise.all(running.map(({ exited }) => exited))).toEqual(running.map(() => 0))
  })
})

const whyNot = dockerIsMissing()

describe.skipIf(whyNot !== undefined)(`docker compose up${whyNot ?? ''}`, () => {
  it('serves the tasks of the folder', { timeout: 900_000 }, async () => {
    const [port = 0] = await freePorts(1)
    const url = `http://localhost:${port}`
    const env = { ...process.env, ...variables, PORT: String(port), ACCEPTD_PUBLIC_URL: url }
    const words = ['compose', '--project-name', `acceptd-test-${randomBytes(4).toString('hex')}`]
    const compose = (...more: readonly string[]) =>
      execFileSync('docker', [...words, ...more], { cwd: FOLDER, env, stdio: 'pipe' })
    onTestFinished(() => void compose('down', '--volumes', '--timeout', '5'))
    compose('up', '--build', '--detach')
    await until('the API to be ready', async () => {
      const response = await fetch(`${url}/readyz`).catch(() => undefined)
      return response?.ok === true
    })
    await expectJob(url, url)
  })
})

/** Submits as the README says, and waits for the end. */
async function expectJob(
  url: string,
  publicUrl: string = variables['ACCEPTD_PUBLIC_URL'] ?? '',
): Promise<void> {
  const { code, stdout } = await runProgram('sh', ['-euc', typed('curl', url)])
  expect(code).toBe(0)
  expect(stdout).toMatch(/^HTTP\/1.1 200 OK/)
  expect(stdout).toContain(`\nLocation: ${publicUrl}/jobs/`)
  expect(stdout).toContain('2e9d72a733ae5a6c1c1ebd6802a33dfc92854bfc3439878e5d77dac320995f54')
}

/** What follows `node bin/acceptd.js`; where there is no command, that of the Dockerfile. */
function wordsOf({ command: words }: Service): readonly string[] {
  const dockerfile = fs.readFileSync(path.join(FOLDER, '../../Dockerfile'), 'utf8')
  const own = JSON.parse(/^CMD (.*)$/m.exec(dockerfile)?.[1] ?? '[]') as readonly string[]
  const [node, file, ...rest] = words ?? own
  expect([node, file]).toEqual(['node', 'bin/acceptd.js'])
  return rest
}

async function emptyDatabase(): Promise<string> {
  const name = `t_${randomBytes(6).toString('hex')}`
  const admin = new pg.Client({ connectionString: inject('postgresUrl') })
  await admin.connect()
  onTestFinished(() => admin.end())
  await admin.query(`create database ${name}`)
  onTestFinished(async () => void (await admin.query(`drop database ${name} with (force)`)))
  return Object.assign(new URL(inject('postgresUrl')), { pathname: `/${name}` }).href
}

function dockerIsMissing(): string | undefined {
  const works = (...words: readonly string[]) => spawnSync('docker', words, { timeout: 20_000 }).status === 0
  if (!works('info')) return ' (skipped: no docker daemon answers on this machine)'
  if (!works('compose', 'version')) return ' (skipped: docker has no compose on this machine)'
  return undefined
}
