/** acceptd within a program of somebody else: what that gives, and what it gets. */
import type { Express, Request } from 'express'
import type { Logger } from 'pino'
import type { z } from 'zod'
import type { JobDocument } from './http/representation.ts'
import type { CallbackEvent } from './job/callback.ts'
import type { AnyTask } from './job/task.ts'
import type { schema } from './settings.ts'
import type { Lent } from './store/lent.ts'

export type Tasks = Readonly<Record<string, AnyTask>>

/** What comes with acceptd: a submission of theirs is checked when it is made. */
export type BuiltIn = Readonly<Record<'http' | 'webhook', AnyTask>>

/** Those that mean something where nobody listens on a port; from the README's table, as texts. */
export type Settings = Readonly<Partial<Record<Exclude<keyof typeof schema, OfServing>, string | undefined>>>

type OfServing = 'PORT' | 'HOST' | 'ACCEPTD_MAX_CONNECTIONS' | 'ACCEPTD_MAX_STALL_SECONDS'

export interface AcceptdOptions<T extends Tasks = Tasks> {
  /** Tasks by name. One with `isolate: true` needs a file of its own, and so a folder. */
  readonly tasks?: T | undefined
  /** Folders with a file for each task; besides those in ACCEPTD_TASKS. */
  readonly taskFolders?: readonly string[] | undefined
  /** True: word-count and csv-report as well. */
  readonly shippedTasks?: boolean | undefined
  /** postgres://…; where neither this nor DATABASE_URL is set the embedded Postgres is started. */
  readonly databaseUrl?: string | undefined
  /** Where the embedded Postgres keeps its data; `.data` in the working folder unless set. */
  readonly dataDir?: string | undefined
  /** Address that clients know the router by, https://…, where that is not the path it is mounted at. */
  readonly publicUrl?: string | undefined
  /** `api`: jobs are submitted and looked after here, and run by other processes. */
  readonly role?: 'all' | 'api' | undefined
  /** A pino. Lines of level warn and above on standard output unless given, or what LOG_LEVEL in `settings` says. */
  readonly log?: Logger | undefined
  /**
   * Whose request it is: 1 to 255 characters, or undefined for a 401. Each name has jobs and idempotency keys of its own.
   * API keys are not asked for then.
   */
  readonly principalOf?: ((req: Request) => string | undefined | Promise<string | undefined>) | undefined
  /** Before those of the environment. */
  readonly settings?: Settings | undefined
}

export interface SubmitOptions {
  /**
   * An open transaction: a `Transaction` of kysely, or a `Client` or `PoolClient` of pg after `begin`. The job is there if
   * and only if that commits.
   */
  readonly db?: Lent | undefined
  /** Whose job it is. To be given where requests have names, by `principalOf` or API keys. */
  readonly principal?: string | undefined
  /** 1 to 255 ASCII characters. */
  readonly idempotencyKey?: string | undefined
  /** Not before this time, less than a year away: a Date, or a text with its zone. */
  readonly runAt?: Date | string | undefined
  /** -100 to 100, higher first. */
  readonly priority?: number | undefined
  readonly tags?: readonly string[] | undefined
  readonly callbackUrl?: string | undefined
  readonly callbackEvents?: readonly CallbackEvent[] | undefined
  readonly callbackPayload?: 'thin' | 'full' | undefined
  readonly callbackCloudEvents?: boolean | undefined
  /** W3C Trace Context for the job to go on with. */
  readonly traceparent?: string | undefined
}

export interface SubmittedJob {
  /** As POST answers it. */
  readonly job: JobDocument
  /** The key was used before, for the same: this is that job, as it is now. */
  readonly replayed: boolean
}

/** @typeParam Others names of tasks that are not among `T` */
export interface Acceptd<T extends Tasks = Tasks, Others extends string = keyof BuiltIn> {
  /** For `app.use('/jobs-api', acceptd.router)`: everything that `acceptd serve` serves, below that path. */
  readonly router: Express
  /** The database in use, with its password. */
  readonly databaseUrl: string
  /**
   * As POST, with all that holds for it. With `db` in that transaction; without, the job is stored when this resolves.
   * @throws JobError what POST refuses, by `code`; what is not valid is in `errors`
   * @throws TypeError where `db` is no open transaction, or nobody is named whose job it is
   * @throws whatever the database says to a statement in the transaction `db`
   */
  submit<N extends (keyof T & string) | Others>(
    task: N,
    input: N extends keyof T ? z.input<T[N]['input']> : unknown,
    options?: SubmitOptions,
  ): Promise<SubmittedJob>
  /**
   * The job as GET answers it.
   * @throws JobError job-not-found, job-expired
   */
  get(id: string, options?: Pick<SubmitOptions, 'principal'>): Promise<JobDocument>
  /**
   * For handlers of uncaughtException and unhandledRejection, if the program has any: ends the attempt whose task let the
   * error escape. False if it was no task's, or ran elsewhere.
   */
  blame(error: unknown): boolean
  /**
   * The first half of close(), for programs with tasks or requests that need what they close themselves: waiting requests
   * are answered, event streams end, and running jobs get ACCEPTD_GRACE_SECONDS and are handed back after that. Nothing is
   * submitted over HTTP any more; all else goes on.
   */
  drain(): Promise<void>
  /** Drains. Then requests below the router get 503, and everything that was opened is closed. */
  close(): Promise<void>
}
