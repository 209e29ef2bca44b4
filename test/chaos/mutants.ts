/** Guards that can be taken away, one at a time, in the processes of a run only: the checker has to notice each. */
import type { Patch } from './patches.ts'

export interface Mutant {
  readonly name: string
  /** What is no longer guarded against. */
  readonly without: string
  readonly patches: readonly Patch[]
  /** Said to the database once its tables are there. */
  readonly sql?: string
}

export const MUTANTS: readonly Mutant[] = [
  {
    name: 'attempt-fence',
    without: 'a worker that was taken for dead ends the attempt of another',
    patches: [
      {
        file: 'store/completing.ts',
        find: 'on id = job_id and attempt = number and delivery = delivered',
        replace: 'on id = job_id',
      },
      {
        file: 'store/settling.ts',
        find: 'on id = job_id and jobs.attempt = mine.attempt and jobs.delivery = mine.delivery',
        replace: 'on id = job_id',
      },
    ],
  },
  {
    name: 'unique-key',
    without: 'a key that is sent twice at once makes two jobs',
    patches: [
      {
        file: 'store/insert-jobs.ts',
        find: 'on conflict (principal, idempotency_key) where idempotency_key is not null do nothing',
        replace: '',
      },
    ],
    sql: 'drop index acceptd.jobs_by_key',
  },
  {
    name: 'one-transaction',
    without: 'a job is stored, and enqueued by a statement that may never come',
    patches: [
      {
        file: 'commands/acceptor.ts',
        find: '{ alongside: ENQUEUE_STORED, patienceMs, ...alone })',
        replace: `{ alongside: sql\`select 1\`, patienceMs, ...alone })
  for (const { id } of jobs) if (!known.has(id)) {
    (globalThis as any).chaosPoint?.('committed, not answered')
    await enqueue(db, id)
  }`,
      },
      {
        file: 'commands/acceptor.ts',
        find: "import { ENQUEUE_STORED } from '../queue/deliveries.ts'",
        replace: "import { sql } from 'kysely'\nimport { enqueue } from '../queue/deliveries.ts'",
      },
    ],
  },
  {
    name: 'sweeper',
    without: 'nobody takes back what dead workers ran',
    patches: [
      {
        file: 'work/sweep.ts',
        find: 'if (performance.now() < trustedFrom) return',
        replace: 'if (performance.now() >= 0) return',
      },
    ],
  },
  {
    name: 'client-error-listener',
    without: 'a connection that is lost while it is used ends the process',
    patches: [{ file: 'store/pool.ts', find: "client.on('error', onError)", replace: 'void client' }],
  },
  {
    name: 'settle-retry',
    without: 'a result that could not be written at once is thrown away',
    patches: [
      {
        file: 'work/settle.ts',
        find: 'if (!(isOutage(error) || isLockTimeout(error)) || signal.aborted) throw error',
        replace: 'throw error',
      },
    ],
  },
  {
    name: 'cancel-compare-and-set',
    without: 'a cancel ends a job that a worker has just taken',
    patches: [
      { file: 'store/moves.ts', find: '\n    .forUpdate()', replace: '' },
      { file: 'store/moves.ts', find: "\n    .where('status', '=', 'pending')", replace: '' },
    ],
  },
  {
    name: 'text-safety',
    without: 'an error that has U+0000 in it cannot be written',
    patches: [
      {
        file: 'job/failure.ts',
        find: ".toWellFormed().replaceAll('\\u0000', '\\uFFFD')}${end}",
        replace: '}${end}',
      },
    ],
  },
  {
    name: 'lease',
    without: 'a worker that lives does not say so',
    patches: [
      { file: 'store/pulse.ts', find: 'set seen_at = now() where', replace: 'set seen_at = seen_at where' },
    ],
  },
  {
    name: 'strays',
    without: 'a claim whose answer was lost is nobody’s',
    patches: [{ file: 'work/worker.ts', find: 'await reconcile(own)', replace: 'void reconcile' }],
  },
  {
    name: 'hand-back',
    without: 'a shutdown uses up an attempt',
    patches: [
      {
        file: 'store/settling.ts',
        find: 'max_attempts = max_attempts + 1, ',
        replace: 'max_attempts = greatest(max_attempts, attempt), ',
      },
    ],
  },
]

export function mutantNamed(name: string): Mutant {
  const mutant = MUTANTS.find((one) => one.name === name)
  if (mutant) return mutant
  throw new Error(`There is no mutant "${name}"; there are ${MUTANTS.map((one) => one.name).join(', ')}`)
}
