/** An acceptd with the tasks of test/fixtures/tasks, two callers, and whatever its operator can be asked to do. */
import fs from 'node:fs/promises'
import path from 'node:path'
import { FEATURES, profileSchema, type Profile } from '../../../src/conformance/profile.ts'

const KEYS = { alice: 'alice-has-this-key-0001', bob: 'bob-has-another-key-0002' } as const

/** What ACCEPTD_API_KEYS has to be for the callers of the profile to be known. */
export const API_KEYS = Object.entries(KEYS)
  .map(([name, key]) => `${name}:${key}`)
  .join(',')

/** What callbacks are signed with while the older secret is being replaced; ACCEPTD_WEBHOOK_SECRETS. */
const SECRETS = [
  'whsec_bmV3IHNlY3JldCBvZiB0d2VudHktZm91ciBieXRlcyE=',
  'whsec_b2xkIHNlY3JldCBvZiB0d2VudHktZm91ciBieXRlcyE=',
]
/** How the server has to be set for the suite's receivers to be called. */
export const CALLING = { ACCEPTD_CALL_PRIVATE: 'yes', ACCEPTD_WEBHOOK_SECRETS: SECRETS.join(',') } as const

const AN_HOUR_MS = 3_600_000

export interface FixturesOptions {
  /** Where the `count` fixture leaves its traces: of the server's machine, which is also this one. */
  readonly folder: string
  /** All steps but `counter`, which follows from the folder. */
  readonly operator?: Omit<Profile['operator'], 'counter'>
  /** A server that may not be set so. */
  readonly strict?: Profile['strict']
}

export function fixturesProfile({ folder, operator = {}, strict }: FixturesOptions): Profile {
  const counted = (unique: string) => path.join(folder, unique)
  return profileSchema.parse({
    fixtures: {
      // More than one member, for its order to be changed.
      ok: { path: '/tasks/ok', body: { value: { word: '{{unique}}', list: [1, { b: 'two', a: 3 }] } } },
      slow: { path: '/tasks/slow', body: { seconds: 10 } },
      fail: { path: '/tasks/fail', body: { how: 'permanent' } },
      leak: { path: '/tasks/fail', body: { how: 'accident' } },
      flaky: { path: '/tasks/flaky', body: { failures: 2 } },
      big: { path: '/tasks/big', body: { bytes: 100_000 } },
      count: { path: '/tasks/count', body: { file: counted('{{unique}}') } },
      // Through the other door, so that both are walked through.
      idle: { path: '/jobs', body: { task: 'ok', input: { value: '{{unique}}' }, runAt: inAnHour() } },
      brief: { path: '/tasks/brief', body: { value: '{{unique}}' } },
      keyed: { path: '/tasks/keyed', body: { value: '{{unique}}' } },
      file: {
        path: '/tasks/file',
        body: {
          fileName: '../../etc/passwd\r\nX-Injected: yes',
          mediaType: 'text/csv',
          text: 'a,b\r\n1,2\r\n',
        },
      },
      invalid: { path: '/tasks/ok', body: { valeu: 1, vlaue: '{{unique}}' } },
      short: { path: '/jobs', body: { task: 'ok', input: {}, tags: ['{{megabyte}}'] } },
      broken: { path: '/tasks/broken', body: { value: '{{unique}}' } },
      deprecated: { path: '/tasks/old-way', body: {} },
      told: toldOf({}),
      toldToo: { path: '/tasks/ok?callbackUrl={{receiver}}', body: { value: '{{unique}}' } },
      toldAsCloudEvent: toldOf({ callbackCloudEvents: true }),
      call: { path: '/tasks/http', body: { url: '{{receiver}}' } },
      callToo: { path: '/jobs', body: { task: 'http', input: { url: '{{receiver}}' } } },
    },
    auth: {
      a: bearer(KEYS.alice),
      b: bearer(KEYS.bob),
      none: {},
      bad: bearer('nobody-has-this-key-0003'),
    },
    features: [...FEATURES],
    webhook: { secrets: SECRETS },
    strict,
    // A job is remembered for as long as it was kept.
    limits: { briefTombstoneSeconds: 4 },
    operator: { ...operator, counter: async (unique: string) => linesIn(counted(unique)) },
  })
}

function toldOf(options: object) {
  const body = { task: 'ok', input: { value: '{{unique}}' }, callbackUrl: '{{receiver}}', ...options }
  return { path: '/jobs', body }
}

function bearer(key: string): Record<string, string> {
  return { Authorization: `Bearer ${key}` }
}

function inAnHour(): string {
  return new Date(Date.now() + AN_HOUR_MS).toISOString()
}

async function linesIn(file: string): Promise<number> {
  // No file: not once.
  const text = await fs.readFile(file, 'utf8').catch(() => '')
  return text.split('\n').filter(Boolean).length
}
