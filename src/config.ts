/** The environment, read once, checked all at once, frozen. The only reader of process.env. */
import fs from 'node:fs'
import path from 'node:path'
import type { z } from 'zod'
import type { ByCaller } from './call-settings.ts'
import { didYouMean } from './job/suggest.ts'
import type { OutboundRules } from './outbound/rules.ts'
import { schema, type LEVELS, type ROLES } from './settings.ts'

// Never repeated in a complaint: it would stand in a terminal or a log.
const SECRET = new Set([
  'DATABASE_URL',
  'ACCEPTD_API_KEYS',
  'ACCEPTD_API_KEY',
  'ACCEPTD_SECRET_KEYS',
  'ACCEPTD_WEBHOOK_SECRETS',
  'ACCEPTD_CALL_PROXY',
  'ACCEPTD_CALLBACK_URLS',
])

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
  readonly maxOutputBytes: number
  /** Event streams and waiting requests together. */
  readonly maxWaiting: number
  readonly maxAccepting: number
  /** Within which a request is answered that the database leaves waiting. */
  readonly answerMs: number
  readonly maxStallSeconds: number
  readonly maxConnections: number
  /** Names of callers by their keys; empty: whoever asks is served. */
  readonly apiKeys: ReadonlyMap<string, string>
  /** The first seals secrets, all open them. */
  readonly secretKeys: readonly string[]
  /** What to sign with. */
  readonly webhookSecrets: ByCaller<readonly string[]>
  readonly callbackUrls: ByCaller<string>
  /** Whom jobs may call. */
  readonly outbound: OutboundRules
  /** Names that no transcript shows, in lower case. */
  readonly hiddenNames: readonly string[]
  /** How many jobs may call an origin at once. */
  readonly perOrigin: number
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
  const { problems, read } = reading(env)
  const databaseUrl = read('DATABASE_URL')
  const publicUrl = read('ACCEPTD_PUBLIC_URL')
  const proxy = read('ACCEPTD_CALL_PROXY')
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
    maxStallSeconds: read('ACCEPTD_MAX_STALL_SECONDS'),
    retentionSeconds: read('ACCEPTD_RETENTION_SECONDS'),
    maxOutputBytes: read('ACCEPTD_MAX_OUTPUT_BYTES'),
    maxWaiting: read('ACCEPTD_MAX_WAITING'),
    maxAccepting: read('ACCEPTD_MAX_ACCEPTING'),
    answerMs: read('ACCEPTD_ANSWER_MS'),
    maxConnections: read('ACCEPTD_MAX_CONNECTIONS'),
    apiKeys: read('ACCEPTD_API_KEYS'),
    secretKeys: read('ACCEPTD_SECRET_KEYS'),
    webhookSecrets: read('ACCEPTD_WEBHOOK_SECRETS'),
    callbackUrls: read('ACCEPTD_CALLBACK_URLS'),
    outbound: {
      privateNetworks: read('ACCEPTD_CALL_PRIVATE') === 'yes',
      exceptions: read('ACCEPTD_CALL_EXCEPTIONS'),
      only: read('ACCEPTD_CALL_ONLY'),
      ports: read('ACCEPTD_CALL_PORTS'),
      ...(proxy ? { proxy } : {}),
    },
    hiddenNames: read('ACCEPTD_CALL_HIDDEN'),
    perOrigin: read('ACCEPTD_CALLS_PER_ORIGIN'),
    logLevel: read('LOG_LEVEL'),
    production: read('NODE_ENV') === 'production',
    ...(databaseUrl ? { databaseUrl } : {}),
    ...(publicUrl ? { publicUrl } : {}),
  }
  // Those who wait would leave no connection for anybody else, not even for a health check.
  if (config.maxConnections <= config.maxWaiting) {
    problems.push(
      `ACCEPTD_MAX_CONNECTIONS must be more than ACCEPTD_MAX_WAITING (they are "${config.maxConnections}" and "${config.maxWaiting}")`,
    )
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

/** Where commands ask, and with which key. */
export interface Destination {
  /** Absent: this machine. */
  readonly url?: string
  readonly apiKey?: string
  readonly host: string
  readonly port: number
}

/** What only a server needs is not looked at. @throws ConfigError */
export function destinationFrom(env: Readonly<Record<string, string | undefined>>): Destination {
  const { problems, read } = reading(env)
  const [url, apiKey] = [read('ACCEPTD_URL'), read('ACCEPTD_API_KEY')]
  const destination = {
    host: read('HOST'),
    port: read('PORT'),
    ...(url ? { url } : {}),
    ...(apiKey ? { apiKey } : {}),
  }
  if (problems.length > 0) throw new ConfigError(problems.join('\n'))
  return Object.freeze(destination)
}

function reading(env: Readonly<Record<string, string | undefined>>) {
  const problems = unknownSettings(env)
  const read = <K extends keyof typeof schema>(name: K): z.output<(typeof schema)[K]['type']> => {
    const { type, fallback } = schema[name]
    const given = env[name]?.trim() || fallback
    const result = type.safeParse(given)
    const shown = SECRET.has(name) ? '' : ` (it is "${given}")`
    if (!result.success) problems.push(`${name} ${result.error.issues[0]?.message}${shown}`)
    return result.data as z.output<(typeof schema)[K]['type']>
  }
  return { problems, read }
}

/** A misspelt setting must not mean that the default is wanted. */
function unknownSettings(env: Readonly<Record<string, string | undefined>>): string[] {
  const ours = Object.keys(env).filter((name) => name.startsWith('ACCEPTD_') && !(name in schema))
  return ours.map((name) => `${name} is not a setting.${didYouMean(name, Object.keys(schema))}`)
}

/** The process's own, of which others have the say: a .env file in the working folder is theirs to read or not. */
export function hostEnvironment(): Readonly<Record<string, string | undefined>> {
  return process.env
}

/** The process's own environment, with what a .env file in the working folder adds to it. */
export function environment(): Readonly<Record<string, string | undefined>> {
  if (fs.existsSync('.env')) process.loadEnvFile('.env')
  return process.env
}
