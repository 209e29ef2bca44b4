/** Everything asked of the database to tell receivers of ends: each does it once, with real statements. */
import { randomUUID } from 'node:crypto'
import { pino } from 'pino'
import { findDeliveries, findMessage, findToldResult, isCallbackOff } from '../../../src/store/callbacks.ts'
import type { StartedJob } from '../../../src/store/starts.ts'
import { callRecorder } from '../../../src/work/call-recorder.ts'
import { gateOf } from '../../../src/work/gate.ts'
import { settler } from '../../../src/work/settler.ts'
import { enrolWorker } from '../../../src/store/workers.ts'
import { failure } from '../../../src/job/failure.ts'
import type { Outcome } from '../../../src/job/settlement.ts'
import type { Ground } from './operations.ts'

const RECEIVER = 'https://host-7.example/hook'
const LANE = 'webhooks'
const AT_ONCE = 100

/** In an order in which each finds what it needs. */
export async function callbackOperations({
  db,
  boss,
}: Pick<Ground, 'db' | 'boss'>): Promise<Map<string, () => Promise<unknown>>> {
  const workerId = randomUUID()
  const identity = { host: 'here', pid: 1, slots: { [LANE]: AT_ONCE }, concurrency: AT_ONCE }
  await enrolWorker(db, { id: workerId, ...identity })
  const signals = {
    work: () => undefined,
    workHere: () => undefined,
    payloadFor: (queue: string) => queue,
    changed: () => undefined,
    flush: () => Promise.resolve(),
  }
  const log = pino({ level: 'silent' })
  const settling = settler(db, boss)
  const wide = gateOf({ db, boss, signals, settler: settling }, log, AT_ONCE)
  // Nobody is let through who comes second.
  const narrow = gateOf({ db, boss, signals, settler: settling }, log, 1)
  const recorder = callRecorder(db, log, () => undefined)
  let claimed: StartedJob[] = []
  const { id = '', job_id: told } = (await db
    .selectFrom('callback_deliveries')
    .select(['id', 'job_id'])
    .limit(1)
    .executeTakeFirst()) ?? { job_id: null }
  const settle = (outcome: Outcome) => {
    const { id: job, attempt, delivery } = claimed.pop() ?? { id: randomUUID(), attempt: 1, delivery: 0 }
    const retry = { limit: 9, delaySeconds: 5, maxDelaySeconds: 86_400 }
    return settling.settle({ id: job, attempt, delivery, outcome, retry, delaySeconds: 0 })
  }
  const together = (outcome: Outcome) => Promise.all(Array.from({ length: 20 }, () => settle(outcome)))
  return new Map<string, () => Promise<unknown>>([
    [
      'claim 100 to call',
      async () => {
        claimed = [...(await wide.claim(workerId, LANE, AT_ONCE)).started]
      },
    ],
    // Of one origin: of all of them it would rightly read every job there is.
    ['claim one too many', () => narrow.claim(workerId, LANE, 1)],
    ['let nobody go', () => narrow.look()],
    ['let go', () => wide.look()],
    ['what to tell', () => findMessage(db, id)],
    ['a result to tell', () => findToldResult(db, { id: told ?? '', attempt: 1 }, 1000)],
    ['whether to tell', () => isCallbackOff(db, 'anonymous', RECEIVER)],
    [
      'note 50 calls',
      () =>
        Promise.all(
          Array.from({ length: 50 }, (_, n) =>
            recorder.record({ origin: `https://host-${n}.example`, ok: true, status: 200, ms: 5 }),
          ),
        ),
    ],
    [
      'told 20, 20 not',
      async () => {
        await together({ kind: 'completed', result: '{"status":204,"messageId":"msg"}' })
        await together({ kind: 'failed', failure: failure('task-failed', 'no', true) })
      },
    ],
    ['deliveries', () => findDeliveries(db, told ?? '', 100)],
  ])
}
