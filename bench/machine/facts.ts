/** What the figures were measured on: without it they say nothing. */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { openPostgres } from '../stores/postgres.ts'
import { redisVersion } from '../stores/redis.ts'

const ROOT = path.join(import.meta.dirname, '../..')
const BENCH = path.join(import.meta.dirname, '..')

// Those of the root are the very copies that acceptd runs on.
const PACKAGES = {
  [ROOT]: ['express', 'zod', 'pg-boss'],
  [BENCH]: [
    'pg',
    'bullmq',
    'ioredis',
    'graphile-worker',
    '@restatedev/restate-server',
    '@restatedev/restate-sdk',
    'autocannon',
  ],
}

const SETTINGS = [
  'fsync',
  'synchronous_commit',
  'full_page_writes',
  'wal_sync_method',
  'shared_buffers',
  'max_connections',
  'max_wal_size',
]

export interface Facts {
  readonly at: string
  readonly commit: string | undefined
  readonly cpu: string
  readonly cores: number
  readonly memoryGigabytes: number
  readonly system: string
  readonly loadAverage: readonly number[]
  readonly node: string
  readonly versions: Readonly<Record<string, string | undefined>>
  readonly postgres: Readonly<Record<string, string>>
}

export async function readFacts(): Promise<Facts> {
  return {
    at: new Date().toISOString(),
    commit: commit(),
    cpu: os.cpus()[0]?.model.trim() ?? 'unknown',
    cores: os.availableParallelism(),
    memoryGigabytes: Math.round(os.totalmem() / 2 ** 30),
    system: `${os.type()} ${os.release()} ${os.arch()}`,
    loadAverage: os.loadavg(),
    node: process.version,
    versions: { ...versions(), redis: redisVersion() },
    postgres: await postgresSettings(),
  }
}

function versions(): Record<string, string | undefined> {
  const named = Object.entries(PACKAGES).flatMap(([folder, names]) => names.map((name) => ({ folder, name })))
  return Object.fromEntries(named.map(({ folder, name }) => [name, versionOf(folder, name)]))
}

function versionOf(folder: string, name: string): string | undefined {
  try {
    const text = readFileSync(path.join(folder, 'node_modules', name, 'package.json'), 'utf8')
    return (JSON.parse(text) as { version: string }).version
  } catch {
    return undefined
  }
}

function commit(): string | undefined {
  try {
    return execFileSync('git', ['describe', '--always', '--dirty'], {
      cwd: ROOT,
      encoding: 'utf8',
      stdio: 'pipe',
    }).trim()
  } catch {
    return undefined // not a checkout
  }
}

async function postgresSettings(): Promise<Record<string, string>> {
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'acceptd-bench-'))
  try {
    await fs.chmod(folder, 0o755)
    const postgres = await openPostgres(path.join(folder, 'data'))
    try {
      const { rows } = await postgres.pool.query<{ name: string; value: string }>(
        "select name, current_setting(name) as value from pg_settings where name = any($1) or name = 'server_version'",
        [SETTINGS],
      )
      return Object.fromEntries(rows.map(({ name, value }) => [name, value]))
    } finally {
      await postgres.close()
    }
  } finally {
    await fs.rm(folder, { recursive: true, force: true })
  }
}
