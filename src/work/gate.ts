/** The gate before jobs that call somebody: no more at once than an origin may have, and none while its circuit is open. */
import { sql } from 'kysely'
import type { Logger } from 'pino'
import { room } from '../job/circuit.ts'
import { hold, letGo } from '../queue/holds.ts'
import { putBack, taking, type Delivery } from '../queue/deliveries.ts'
import type { Trx } from '../store/database.ts'
import { findHeld, lockEndpoints, markHeld, tryOpenCircuits } from '../store/endpoints.ts'
import { findTargets, startJobs, type StartedJob } from '../store/starts.ts'
import { leave } from './claim.ts'
import type { WorkDeps } from './deps.ts'

export interface Gate {
  /** As claim, of those whom their origin has room for. All others that wait for it are held then. */
  claim(workerId: string, queue: string, limit: number): Promise<StartedJob[]>
  /** A job that calls it has ended: there may be room for one that is held. */
  ended(origin: string): void
  /** Has the circuits tried whose time it is, and lets go what there is room for. To be called every second. */
  look(): Promise<void>
  /** Resolves when what is under way is done. */
  stop(): Promise<void>
}

type GateDeps = Pick<WorkDeps, 'db' | 'boss' | 'signals'>

/** @param perOrigin how many jobs may call an origin at once, in all processes together */
export function gateOf({ db, boss, signals }: GateDeps, log: Logger, perOrigin: number): Gate {
  // As of the last look; so that nobody asks about origins that nothing is held for.
  let held: ReadonlySet<string> = new Set()
  const wanted = new Set<string>()
  let releasing: Promise<void> | undefined
  return { claim, ended, look, stop: async () => releasing }

  function claim(workerId: string, queue: string, limit: number): Promise<StartedJob[]> {
    return db.transaction().execute((trx) =>
      taking(boss, queue, limit, async (statement) => {
        const { rows } = await sql<Omit<Delivery, 'queue'>>`with taken as (${statement})
          select id, "retryCount" from taken`.execute(trx)
        if (rows.length === 0) return []
        const { admitted, refused, full } = await judge(trx, rows)
        if (refused.length > 0) {
          await putBack(
            trx,
            refused.map((delivery) => ({ ...delivery, queue })),
          )
          await hold(trx, full)
          await markHeld(trx, full, true)
          held = new Set([...held, ...full])
        }
        const ids = admitted.map(({ id }) => id)
        const counts = admitted.map(({ retryCount }) => retryCount)
        const chosen = sql`select * from unnest(${ids}::uuid[], ${counts}::int[]) as mine (id, "retryCount")`
        const { started, left } = await startJobs(trx, workerId, chosen, { whole: false })
        await leave(boss, trx, queue, left)
        return started
      }),
    )
  }

  async function judge(trx: Trx, taken: readonly Omit<Delivery, 'queue'>[]) {
    const targets = await findTargets(
      trx,
      taken.map(({ id }) => id),
    )
    const endpoints = await lockEndpoints(trx, [...new Set(targets.values())])
    const rooms = new Map(
      endpoints.map(({ origin, state, calling }) => [origin, room(state, calling, perOrigin)]),
    )
    const admitted: Omit<Delivery, 'queue'>[] = []
    const refused: Omit<Delivery, 'queue'>[] = []
    const full = new Set<string>()
    for (const delivery of taken) {
      const origin = targets.get(delivery.id)
      const left = origin === undefined ? Infinity : (rooms.get(origin) ?? 0)
      if (left > 0) {
        admitted.push(delivery)
        if (origin !== undefined) rooms.set(origin, left - 1)
      } else {
        refused.push(delivery)
        if (origin !== undefined) full.add(origin)
      }
    }
    return { admitted, refused, full: [...full] }
  }

  function ended(origin: string): void {
    if (!held.has(origin)) return
    wanted.add(origin)
    releasing ??= releaseWanted().finally(() => {
      releasing = undefined
    })
  }

  async function releaseWanted(): Promise<void> {
    while (wanted.size > 0) {
      const origins = [...wanted]
      wanted.clear()
      for (const origin of origins) {
        await release(origin).catch((error: unknown) => {
          // The next look will.
          log.debug({ err: error, origin }, 'could not let jobs go')
        })
      }
    }
  }

  async function look(): Promise<void> {
    const tried = await db.transaction().execute(tryOpenCircuits)
    for (const origin of tried) log.info({ origin }, 'the circuit is half-open: one job is to try')
    held = new Set(await findHeld(db))
    for (const origin of held) await release(origin)
  }

  async function release(origin: string): Promise<void> {
    const queues = await db.transaction().execute(async (trx) => {
      const [endpoint] = await lockEndpoints(trx, [origin])
      const jobs = endpoint ? room(endpoint.state, endpoint.calling, perOrigin) : 0
      if (jobs === 0) return []
      const gone = await letGo(trx, origin, jobs)
      if (!gone.more) await markHeld(trx, [origin], false)
      return gone.queues
    })
    for (const queue of queues) signals.work(queue)
  }
}
