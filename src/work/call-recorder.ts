/** Writing down how calls went, many at once, and opening and closing circuits by that. */
import type { Logger } from 'pino'
import { afterCall } from '../job/circuit.ts'
import type { Db } from '../store/database.ts'
import { changeCircuit, recordCalls, type Call } from '../store/endpoints.ts'
import { gather } from '../store/gather.ts'

export interface CallRecorder {
  /** Never rejects: a call that is not written down is one sample less. */
  record(call: Call): Promise<void>
}

// One at a time: all of an origin write to the same row.
const SIZE = { atOnce: 1, maxItems: 500 }

/** @param onChanged a circuit has opened or closed */
export function callRecorder(db: Db, log: Logger, onChanged: () => void): CallRecorder {
  const recording = gather({
    async serve(batch: readonly Call[]) {
      const changed = await db.transaction().execute(async (trx) => {
        const endpoints = await recordCalls(trx, batch)
        const changes = endpoints.flatMap(({ origin, calls, failures, triedMs, ...circuit }) => {
          // One that began before anybody was to try says nothing about now.
          const telling = batch.filter((call) => call.origin === origin && call.ms <= (triedMs ?? Infinity))
          if (telling.length === 0) return []
          const ok = telling.every((call) => call.ok)
          const change = afterCall(circuit, ok, { calls, failures })
          return change ? [{ origin, change }] : []
        })
        for (const { origin, change } of changes) await changeCircuit(trx, origin, change)
        return changes
      })
      for (const { origin, change } of changed) log.warn({ origin, ...change }, 'the circuit has changed')
      if (changed.length > 0) onChanged()
      return batch.map(() => undefined)
    },
    ...SIZE,
  })
  return {
    async record(call) {
      try {
        await recording.ask(call)
      } catch (error) {
        log.debug({ err: error, origin: call.origin }, 'a call was not written down')
      }
    },
  }
}
