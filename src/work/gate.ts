/** The gate before jobs that call somebody: no more at once than an origin may have, and none while its circuit is open. */
import type { Logger } from 'pino'
import { GIVE_UP_SECONDS, room } from '../job/circuit.ts'
import { failure } from '../job/failure.ts'
import { letGo } from '../queue/holds.ts'
import { findHeld, lockEndpoints, markHeld, tryOpenCircuits } from '../store/endpoints.ts'
import type { StartedJob } from '../store/starts.ts'
import { admitting } from './admission.ts'
import type { WorkDeps } from './deps.ts'
import { settle } from './settle.ts'

export interface Gate {
  /** As claim, of those whom their origin has room for. All others that wait for it are held then. */
  claim(workerId: string, queue: string, limit: number): Promise<Admitted>
  /** A job that calls it has ended: there may be room for one that is held. */
  ended(origin: string): void
  /** Has the circuits tried whose time it is, and lets go what there is room for. To be called every second. */
  look(): Promise<void>
  /** Resolves when what is under way is done. */
  stop(): Promise<void>
}

export interface Admitted {
  readonly started: readonly StartedJob[]
  /** Whether the queue may have more to give: to be asked again at once. */
  readonly more: boolean
}

type GateDeps = Pick<WorkDeps, 'db' | 'boss' | 'signals' | 'settler'>

// At a time: what is ended together in a moment.
const GIVEN_UP_AT_ONCE = 100

/** @param perOrigin how many jobs may call an origin at once, in all processes together */
export function gateOf(deps: GateDeps, log: Logger, perOrigin: number): Gate {
  const { db, boss, signals } = deps
  // As of the last look; so that nobody asks about origins that nothing is held for.
  let held: ReadonlySet<string> = new Set()
  const wanted = new Set<string>()
  let releasing: Promise<void> | undefined
  let looking: Promise<void> | undefined
  const givingUp = new Set<Promise<void>>()
  return { claim, ended, look, stop }

  async function claim(workerId: string, queue: string, limit: number): Promise<Admitted> {
    const { started, lost, full, more } = await db
      .transaction()
      .execute((trx) => admitting(trx, boss, { workerId, queue, limit, perOrigin }))
    if (full.length > 0) held = new Set([...held, ...full])
    for (const job of started) {
      if (!lost.has(job.id)) continue
      const ending = giveUp(job)
      givingUp.add(ending)
      void ending.finally(() => givingUp.delete(ending))
    }
    return { started: started.filter(({ id }) => !lost.has(id)), more }
  }

  /** Ends its attempt as if it had run. Never rejects: where it cannot be settled the worker hands it back as a stray. */
  async function giveUp(job: StartedJob): Promise<void> {
    const detail = `Calls to ${job.target} have failed for a day, and the job has waited for all of it`
    const why = failure('circuit-open', detail, true)
    try {
      await settle(deps, job, { kind: 'failed', failure: why, givenUp: true })
      log.warn(
        { job: job.id, task: job.task, origin: job.target },
        'given up: its host was not well for a day',
      )
    } catch (error) {
      log.warn({ err: error, job: job.id }, 'could not give the job up')
    }
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
      for (const origin of origins) await release(origin)
    }
  }

  /** One at a time; who asks meanwhile is answered by the one under way. */
  function look(): Promise<void> {
    looking ??= lookOnce().finally(() => {
      looking = undefined
    })
    return looking
  }

  async function lookOnce(): Promise<void> {
    const tried = await db.transaction().execute(tryOpenCircuits)
    for (const origin of tried) log.info({ origin }, 'the circuit is half-open: one job is to try')
    const found = await findHeld(db)
    held = new Set(found)
    for (const origin of found) await release(origin)
  }

  /** Never rejects: the next look tries again, and the other origins must not wait for that. */
  async function release(origin: string): Promise<void> {
    try {
      for (const queue of await releaseSome(origin)) signals.work(queue)
    } catch (error) {
      log.debug({ err: error, origin }, 'could not let jobs go')
    }
  }

  function releaseSome(origin: string): Promise<readonly string[]> {
    return db.transaction().execute(async (trx) => {
      const [endpoint] = await lockEndpoints(trx, [origin])
      if (!endpoint) return []
      const { state, calling, isLost } = endpoint
      const jobs = room(state, calling, perOrigin)
      const order = state === 'half-open' ? 'probing' : 'usual'
      const given = isLost
        ? await letGo(trx, origin, GIVEN_UP_AT_ONCE, { overdueSeconds: GIVE_UP_SECONDS })
        : undefined
      const gone = jobs > 0 ? await letGo(trx, origin, jobs, { order }) : given
      if (gone && !gone.more) await markHeld(trx, [origin], false)
      return [...new Set([...(given?.queues ?? []), ...(gone?.queues ?? [])])]
    })
  }

  async function stop(): Promise<void> {
    await Promise.allSettled([releasing, looking, ...givingUp])
  }
}
