/** What the suite must be told about a server, as it speaks only HTTP: one file per server. Defaults are acceptd's. */
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { readFile } from 'node:fs/promises'
import { z } from 'zod'

/**
 * How to submit one kind of work. `{{unique}}` anywhere in it becomes a word that no other submission has, `{{receiver}}` the
 * URL that the server is to call.
 */
const fixture = z.strictObject({
  path: z.string(),
  method: z.string().default('POST'),
  headers: z.record(z.string(), z.string()).default({}),
  body: z.unknown(),
})

/** Something only the server's operator can do: a shell command, or in a profile that is a module a function. */
const step = z.union([
  z.string(),
  z.custom<(unique: string) => unknown>((value) => typeof value === 'function'),
])

const headers = z.record(z.string(), z.string())

export const FEATURES = [
  'cancel',
  'delete',
  'retry',
  'result',
  'idempotency',
  'prefer',
  'sse',
  'list',
  'health',
  'openapi',
  'conditional',
  'webhook',
] as const

export const profileSchema = z.strictObject({
  /** Kinds of work the server offers for testing (research: "fixture job kinds"). Rows that need one that is missing are skipped. */
  fixtures: z
    .strictObject({
      /** Completes in under 2 s. */
      ok: fixture,
      /** Takes about 10 s, can be canceled, reports progress. */
      slow: fixture,
      /** Fails for good, with a known code. */
      fail: fixture,
      /** Throws an error whose text holds a stack, SQL and a path; fails. */
      leak: fixture,
      /** Two transient failures, then success. */
      flaky: fixture,
      /** A result above the inline limit. */
      big: fixture,
      /** Each execution increments a counter that `operator.counter` reads. */
      count: fixture,
      /** Cannot start for at least a minute. */
      idle: fixture,
      /** Kept for a few seconds after its end. */
      brief: fixture,
      /** Refused without an Idempotency-Key. */
      keyed: fixture,
      /** Its result is a file whose name is hostile: `../../etc/passwd` and a line break. */
      file: fixture,
      /** A well-formed body that breaks two rules of the schema. */
      invalid: fixture,
      /** Has `{{megabyte}}` in its body where only a short text is taken; a megabyte is put there. */
      short: fixture,
      /** Makes the server answer 500, by an accident whose text must not show. */
      broken: fixture,
      /** A deprecated kind of work. */
      deprecated: fixture,
      /** As `ok`, and `{{receiver}}` is told of its end. */
      told: fixture,
      /** The same through another door. */
      toldToo: fixture,
      /** As `told`, by a CloudEvent in binary mode. */
      toldAsCloudEvent: fixture,
      /** Calls `{{receiver}}`, and tries again where that fails. */
      call: fixture,
      /** The same through another door. */
      callToo: fixture,
    })
    .partial()
    .required({ ok: true }),
  /** Headers that say who is asking. `a` and `b` are different callers; `bad` holds credentials that are not valid. */
  auth: z
    .strictObject({ a: headers, b: headers.optional(), none: headers.optional(), bad: headers.optional() })
    .default({ a: {} }),
  /** JSON Pointers into the job document; those of the same name into a delivery of its callback. */
  pointers: z
    .strictObject({
      id: z.string().default('/id'),
      status: z.string().default('/status'),
      done: z.string().default('/done'),
      error: z.string().default('/error'),
      result: z.string().default('/result'),
      progress: z.string().default('/progress'),
      attempt: z.string().default('/attempt'),
      createdAt: z.string().default('/createdAt'),
      startedAt: z.string().default('/startedAt'),
      finishedAt: z.string().default('/finishedAt'),
      updatedAt: z.string().default('/updatedAt'),
      expiresAt: z.string().default('/expiresAt'),
      self: z.string().default('/links/self'),
      resultLink: z.string().default('/links/result'),
      eventsLink: z.string().default('/links/events'),
      cancelLink: z.string().default('/links/cancel'),
      retryLink: z.string().default('/links/retry'),
      attemptsLink: z.string().default('/links/attempts'),
      deliveriesLink: z.string().default('/links/deliveries'),
      nextAttemptAt: z.string().default('/nextAttemptAt'),
      items: z.string().default('/items'),
      next: z.string().default('/next'),
    })
    .prefault({}),
  /** The server's word for each status. */
  statuses: z
    .strictObject({
      pending: z.string().default('pending'),
      running: z.string().default('running'),
      completed: z.string().default('completed'),
      failed: z.string().default('failed'),
      canceled: z.string().default('canceled'),
    })
    .prefault({}),
  /** What a poll answers while the job is not done. */
  pollPending: z.union([z.literal(200), z.literal(202)]).default(200),
  paths: z
    .strictObject({
      list: z.string().default('/jobs'),
      live: z.string().default('/livez'),
      ready: z.string().default('/readyz'),
      overview: z.string().default('/health'),
      openapi: z.string().default('/openapi.yaml'),
      docs: z.string().default('/docs/'),
      root: z.string().default('/'),
    })
    .prefault({}),
  limits: z
    .strictObject({
      bodyBytes: z.int().default(2 * 1024 * 1024),
      keyLength: z.int().default(255),
      maxWaitSeconds: z.int().default(30),
      inlineResultBytes: z.int().default(32 * 1024),
      /** How long `brief`, once its time is over, is a 410 and not yet a 404. Not waited for where this is not set. */
      briefTombstoneSeconds: z.number().max(20).optional(),
    })
    .prefault({}),
  /** All but `webhook`, unless said: that one says that the server may call receivers that the suite starts on loopback. */
  features: z.array(z.enum(FEATURES)).default(FEATURES.filter((feature) => feature !== 'webhook')),
  /** How the ends of caller A's jobs are told. */
  webhook: z
    .strictObject({
      /** What they are signed with, as `whsec_…`: two where a secret is being replaced. */
      secrets: z.array(z.string()).default([]),
    })
    .prefault({}),
  /** A server with the same callers that may call the public internet only. */
  strict: z
    .strictObject({
      /** The server itself, unless said. */
      url: z.url().optional(),
      /** That it may call. The suite listens on one of them, to see that nothing comes. */
      ports: z.array(z.int()).default([8080, 8443]),
      /** Names that its resolver has wrong answers for; `{{unique}}` makes them new. */
      names: z
        .strictObject({
          /** A public address and loopback. */
          mixed: z.string(),
          /** A public address when it is first asked for, loopback the second time, and so on. */
          turned: z.string(),
        })
        .optional(),
    })
    .optional(),
  /** Rows marked `op` need these; they run last, one after another. */
  operator: z
    .strictObject({
      /** Prints or answers how often the `count` fixture of this unique word has run. */
      counter: step,
      databaseDown: step,
      databaseUp: step,
      /** Starts another server, prints or answers its base URL. */
      startSecond: step,
      /** Asks that one to stop, which it must do once its requests are answered. */
      drainSecond: step,
      /** Stops all workers, so that a job submitted now cannot start. */
      stopWorkers: step,
      startWorkers: step,
      /** Makes the next attempt of the delivery of this id due. */
      hasten: step,
    })
    .partial()
    .prefault({}),
})

export type Profile = z.infer<typeof profileSchema>
export type FixtureName = keyof Profile['fixtures']
export type Fixture = z.infer<typeof fixture>
export type OperatorStep = keyof Profile['operator']
export type Feature = (typeof FEATURES)[number]

/** @param file JSON, or a module whose default export is the profile */
export async function loadProfile(file: string): Promise<Profile> {
  const given: unknown = file.endsWith('.json')
    ? JSON.parse(await readFile(file, 'utf8'))
    : ((await import(pathToFileURL(path.resolve(file)).href)) as { default: unknown }).default
  return profileSchema.parse(given)
}
