/** The environment, read once, checked all at once, frozen. The only reader of process.env. */
import fs from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { apiKeys } from './api-keys.ts'
import { laneSlots } from './lane-slots.ts'
import { didYouMean } from './job/suggest.ts'
import { MAX_CONCURRENCY, MAX_RETENTION_SECONDS } from './job/task-rules.ts'

export interface Setting {
  readonly name: string
  readonly help: string
  readonly fallback: string
}

const ROLES = ['all', 'api', 'worker'] as const
const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'silent'] as const

const whole = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d+$/, 'must be a whole number')
    .transform(Number)
    .refine((value) => value >= min && value <= max, `must be from ${min} to ${max}`)

// Never repeated in a complaint: it would stand in a terminal or a log.
const SECRET = new Set(['DATABASE_URL', 'ACCEPTD_API_KEYS'])

const NO_URL = 'must be an http or https URL, with neither query nor fragment'

const schema = {
  PORT: { help: 'Port to listen on', fallback: '3000', type: whole(0, 65_535) },
  HOST: {
    help: 'Address to listen on; loopback only, unless set',
    fallback: '127.0.0.1',
    type: z.string().min(1),
  },
  DATABASE_URL: {
    help: 'Postgres to use, as postgres://…; an embedded one is started where this is not set',
    fallback: '',
    type: z.string().regex(/^(postgres(ql)?:\/\/.+)?$/, 'must start with postgres:// or postgresql://'),
  },
  ACCEPTD_ROLE: {
    help: 'What this process does: all, api (HTTP only) or worker (jobs only)',
    fallback: 'all',
    type: z.enum(ROLES, `must be one of ${ROLES.join(', ')}`),
  },
  ACCEPTD_DATA_DIR: {
    help: 'Where the embedded Postgres keeps its data',
    fallback: '.data',
    type: z.string().min(1),
  },
  ACCEPTD_TASKS: {
    help: 'Folders with tasks of your own, with commas between',
    fallback: '',
    type: z.string(),
  },
  ACCEPTD_PUBLIC_URL: {
    help: 'Address clients know this service by, if links are to be absolute',
    fallback: '',
    type: z.union([z.literal(''), z.url({ protocol: /^https?$/, error: NO_URL }).regex(/^[^?#]*$/, NO_URL)]),
  },
  ACCEPTD_CONCURRENCY: {
    help: 'Jobs of one lane that a worker process runs at once',
    fallback: '10',
    type: whole(1, MAX_CONCURRENCY),
  },
  ACCEPTD_LANES: {
    help: 'Lanes with another number, as lane=jobs pairs with commas between; 0: this process leaves the lane alone',
    fallback: '',
    type: laneSlots,
  },
  ACCEPTD_RETENTION_SECONDS: {
    help: 'How long jobs and their keys are kept after their end; a task may say otherwise',
    fallback: '604800',
    type: whole(1, MAX_RETENTION_SECONDS),
  },
  ACCEPTD_API_KEYS: {
    help: 'Who may use the API, as name:key pairs with commas between; everybody where this is not set',
    fallback: '',
    type: apiKeys,
  },
  ACCEPTD_MAX_WAITING: {
    help: 'Event streams and waiting requests that a process holds open at once',
    fallback: '10000',
    type: whole(0, 100_000),
  },
  ACCEPTD_MAX_ACCEPTING: {
    help: 'Submissions of one caller that wait in a process for the database; more get 503',
    fallback: '5000',
    type: whole(1, 100_000),
  },
  ACCEPTD_DRAIN_SECONDS: {
    help: 'How long to go on answering after SIGTERM, so that load balancers see /readyz fail first',
    fallback: '0',
    type: whole(0, 3600),
  },
  ACCEPTD_GRACE_SECONDS: {
    help: 'How long running jobs may go on after SIGTERM before they are handed back',
    fallback: '10',
    type: whole(0, 3600),
  },
  LOG_LEVEL: {
    help: `Least of ${LEVELS.join(', ')} to log`,
    fallback: 'info',
    type: z.enum(LEVELS, `must be one of ${LEVELS.join(', ')}`),
  },
  NODE_ENV: {
    help: '"production" refuses the embedded Postgres, and prints log lines only',
    fallback: 'development',
    type: z.string(),
  },
} as const satisfies Record<string, { help: string; fallback: string; type: z.ZodType }>

export const SETTINGS: readonly Setting[] = Object.entries(schema).map(([name, { help, fallback }]) => ({
  name,
  help,
  fallback,
}))

export interface Config {
  readonly port: number
  readonly host: string
  /** Absent: start the embedded one. */
  readonly databaseUrl?: string
  readonly role: (typeof ROLES)[number]
  readonly dataDir: string
  readonly taskFolders: readonly string[]
  readonly publicUrl?: string
  readonly concurrency: number
  readonly lanes: ReadonlyMap<string, number>
  readonly graceSeconds: number
  readonly drainSeconds: number
  readonly retentionSeconds: number
  /** Event streams and waiting requests together. */
  readonly maxWaiting: number
  readonly maxAccepting: number
  /** Names of callers by their keys; empty: whoever asks is served. */
  readonly apiKeys: ReadonlyMap<string, string>
  readonly logLevel: (typeof LEVELS)[number]
  /** Whether the output is for machines: log lines only. */
  readonly production: boolean
}

/** What is wrong with the environment, every setting at once, a line each. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
}

/**
 * @param needs what the command cannot do without; in production no database is started, so one must be named.
 * @throws ConfigError
 */
export function configFrom(
  env: Readonly<Record<string, string | undefined>>,
  needs: 'database' | 'nothing' = 'database',
): Config {
  const problems = unknownSettings(env)
  const read = <K extends keyof typeof schema>(name: K): z.output<(typeof schema)[K]['type']> => {
    const { type, fallback } = schema[name]
    const given = env[name]?.trim() || fallback
    const result = type.safeParse(given)
    const shown = SECRET.has(name) ? '' : ` (it is "${given}")`
    if (!result.success) problems.push(`${name} ${result.error.issues[0]?.message}${shown}`)
    return result.data as z.output<(typeof schema)[K]['type']>
  }
  const databaseUrl = read('DATABASE_URL')
  const publicUrl = read('ACCEPTD_PUBLIC_URL')
  const config: Config = {
    port: read('PORT'),
    host: read('HOST'),
    role: read('ACCEPTD_ROLE'),
    dataDir: path.resolve(read('ACCEPTD_DATA_DIR')),
    taskFolders: (read('ACCEPTD_TASKS') ?? '')
      .split(',')
      .map((folder) => folder.trim())
      .filter(Boolean)
      .map((folder) => path.resolve(folder)),
    concurrency: read('ACCEPTD_CONCURRENCY'),
    lanes: read('ACCEPTD_LANES'),
    graceSeconds: read('ACCEPTD_GRACE_SECONDS'),
    drainSeconds: read('ACCEPTD_DRAIN_SECONDS'),
    retentionSeconds: read('ACCEPTD_RETENTION_SECONDS'),
    maxWaiting: read('ACCEPTD_MAX_WAITING'),
    maxAccepting: read('ACCEPTD_MAX_ACCEPTING'),
    apiKeys: read('ACCEPTD_API_KEYS'),
    logLevel: read('LOG_LEVEL'),
    production: read('NODE_ENV') === 'production',
    ...(databaseUrl ? { databaseUrl } : {}),
    ...(publicUrl ? { publicUrl } : {}),
  }
  if (needs === 'database' && config.production && databaseUrl === '') {
    problems.push(
      'NODE_ENV is "production" but DATABASE_URL is not set. Either set DATABASE_URL to a Postgres of yours, ' +
        'or run `docker compose up`, which brings one',
    )
  }
  if (problems.length > 0) throw new ConfigError(problems.join('\n'))
  return Object.freeze(config)
}

/** A misspelt setting must not mean that the default is wanted. */
function unknownSettings(env: Readonly<Record<string, string | undefined>>): string[] {
  const ours = Object.keys(env).filter((name) => name.startsWith('ACCEPTD_') && !(name in schema))
  return ours.map((name) => `${name} is not a setting.${didYouMean(name, Object.keys(schema))}`)
}

/** The process's own environment, with what a .env file in the working folder adds to it. */
export function environment(): Readonly<Record<string, string | undefined>> {
  if (fs.existsSync('.env')) process.loadEnvFile('.env')
  return process.env
}
