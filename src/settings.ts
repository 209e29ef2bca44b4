/** The settings: each with what it is for, what it is unless set, and what it may be. config.ts reads them. */
import { z } from 'zod'
import { apiKeys } from './api-keys.ts'
import { MAX_CONCURRENCY, MAX_RETENTION_SECONDS } from './job/task-rules.ts'
import { callbackUrls, hostRules, names, ports, secretKeys, webhookSecrets } from './call-settings.ts'
import { laneSlots } from './lane-slots.ts'
import { DEFAULT_PORTS } from './outbound/rules.ts'

export interface Setting {
  readonly name: string
  readonly help: string
  readonly fallback: string
}

export const ROLES = ['all', 'api', 'worker'] as const
export const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'silent'] as const

const whole = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d+$/, 'must be a whole number')
    .transform(Number)
    .refine((value) => value >= min && value <= max, `must be from ${min} to ${max}`)

// The worker, Postgres and the API each hold a result whole, the worker some times over, and that for each of its slots. On
// its way it is escaped once more, and V8 makes no text of more than 512 MiB, Postgres no field of more than 1 GiB.
const MAX_OUTPUT_BYTES = 128 * 1024 * 1024

const NO_URL = 'must be an http or https URL, with neither query nor fragment'

const NO_API_URL = 'must be an http or https URL, such as http://localhost:3000'

/** Of an API to ask. Without a user: that would be shown wherever the address is. */
export const apiUrl = z
  .url({ protocol: /^https?$/, error: NO_API_URL })
  .regex(/^https?:\/\/[^?#@]+$/i, NO_API_URL)

export const schema = {
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
  ACCEPTD_MAX_OUTPUT_BYTES: {
    help: 'Largest result of a job, in bytes of JSON; a job that returns more fails',
    fallback: '16777216',
    type: whole(1, MAX_OUTPUT_BYTES),
  },
  ACCEPTD_API_KEYS: {
    help: 'Who may use the API, as name:key pairs with commas between; everybody where this is not set',
    fallback: '',
    type: apiKeys,
  },
  ACCEPTD_SECRET_KEYS: {
    help: 'Keys that secrets in inputs are kept with, commas between; the first seals, all open. One is made where Postgres is embedded',
    fallback: '',
    type: secretKeys,
  },
  ACCEPTD_WEBHOOK_SECRETS: {
    help: 'What callbacks and calls are signed with, as whsec_… with commas between, the newest first; name=whsec_… for one caller',
    fallback: '',
    type: webhookSecrets,
  },
  ACCEPTD_CALLBACK_URLS: {
    help: 'Where to tell of the end of jobs that do not say: a URL, and name=URL for one caller, with commas between',
    fallback: '',
    type: callbackUrls,
  },
  ACCEPTD_CALL_PRIVATE: {
    help: 'yes: loopback and private networks may be called too; metadata services never',
    fallback: 'no',
    type: z.enum(['no', 'yes'], 'must be yes or no'),
  },
  ACCEPTD_CALL_EXCEPTIONS: {
    help: 'Hosts, addresses and networks that may be called although they are private, with commas between',
    fallback: '',
    type: hostRules,
  },
  ACCEPTD_CALL_ONLY: {
    help: 'Where set, nothing but these hosts, addresses and networks may be called',
    fallback: '',
    type: hostRules,
  },
  ACCEPTD_CALL_PORTS: {
    help: 'Ports that may be called; of private hosts that may be called, any',
    fallback: DEFAULT_PORTS.join(','),
    type: ports,
  },
  ACCEPTD_CALL_PROXY: {
    help: 'Proxy that all calls go through, as http://host:port',
    fallback: '',
    type: z.string().regex(/^(http:\/\/[^/]+\/?)?$/, 'must be http://host:port, perhaps with user:password@'),
  },
  ACCEPTD_CALL_HIDDEN: {
    help: 'Headers and query parameters that no transcript shows, besides those that sound secret, with commas between',
    fallback: '',
    type: names,
  },
  ACCEPTD_CALLS_PER_ORIGIN: {
    help: 'Jobs that call one origin at once, in all processes together',
    fallback: '10',
    type: whole(1, MAX_CONCURRENCY),
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
  ACCEPTD_MAX_CONNECTIONS: {
    help: 'Connections that a process holds open at once; more are closed. More than ACCEPTD_MAX_WAITING',
    // As many as may wait, and two thousand for the others: clients that ask and go, load balancers, health checks.
    fallback: '12000',
    type: whole(1, 200_000),
  },
  ACCEPTD_ANSWER_MS: {
    help: 'Milliseconds within which a request is answered that the database leaves waiting; with 503 then',
    fallback: '2000',
    type: whole(500, 600_000),
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
  ACCEPTD_MAX_STALL_SECONDS: {
    help: 'How long a task may hold up its whole process before that is ended; 0 for ever',
    fallback: '30',
    type: whole(0, 3600),
  },
  ACCEPTD_URL: {
    help: 'For commands that ask an API: where it is; this machine at PORT where this is not set',
    fallback: '',
    type: z.union([z.literal(''), apiUrl]),
  },
  ACCEPTD_API_KEY: {
    help: 'For commands that ask an API: the key to show, where it asks for one',
    fallback: '',
    type: z.string().regex(/^[\x21-\x7e]*$/, 'must be printable ASCII, without blanks'),
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
