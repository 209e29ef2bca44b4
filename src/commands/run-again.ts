/** Jobs that have ended run again: row and delivery, in the transaction of whoever holds them. */
import { storedRetryFor, type Catalogue, type KnownTask } from '../job/catalogue.ts'
import type { Job } from '../job/job.ts'
import { homeOf } from '../job/lane.ts'
import { openInput, type Sealer } from '../job/sealing.ts'
import { enqueue } from '../queue/deliveries.ts'
import type { Trx } from '../store/database.ts'
import type { HeldJob } from '../store/holding.ts'
import { findInputs } from '../store/jobs.ts'
import { rerun, type Rerun } from '../store/moves.ts'

// Of 2 MiB each at most: what a process has in memory at once.
const INPUTS_AT_ONCE = 20

export interface Known {
  readonly catalogue: Catalogue
  readonly sealer: Sealer | undefined
}

/** @param held failed or canceled, and nobody else can change them */
export async function runAgain(trx: Trx, known: Known, held: readonly HeldJob[]): Promise<readonly Job[]> {
  const reruns: Rerun[] = []
  for (let at = 0; at < held.length; at += INPUTS_AT_ONCE)
    reruns.push(...(await rerunsOf(trx, known, held.slice(at, at + INPUTS_AT_ONCE))))
  const again = await rerun(trx, reruns)
  if (again.length !== held.length) {
    throw new Error(`Of ${held.length} jobs that were held only ${again.length} could be run again`)
  }
  const ids = again.map(({ id }) => id)
  await enqueue(trx, ...ids)
  return again
}

async function rerunsOf(trx: Trx, { catalogue, sealer }: Known, held: readonly HeldJob[]): Promise<Rerun[]> {
  const asked = held.filter(({ task }) => catalogue.get(task)?.retryOf).map(({ id }) => id)
  const inputs = asked.length > 0 ? await findInputs(trx, asked) : new Map<string, unknown>()
  return held.map(({ id, task: name, queue }) => {
    const task = catalogue.get(name)
    // A task that only other processes know gets one attempt; nothing is known here of its policy.
    return task
      ? { id, attempts: retriesOf(task, openInput(task, sealer, inputs.get(id), id)) + 1, queue: task.queue }
      : { id, attempts: 1, queue: homeOf(queue) }
  })
}

/** The input may have a say in it. */
function retriesOf(task: KnownTask, input: unknown): number {
  return storedRetryFor(task, input).limit
}
