/** Everything there is to find out, in the order of a run. */
import { disk } from './disk.ts'
import { drain } from './drain.ts'
import { idle } from './idle.ts'
import { latency } from './latency.ts'
import type { Measure } from './measure.ts'
import { plainTransaction } from './plain-transaction.ts'
import { poll } from './poll.ts'
import { submit, submitKeyed } from './submit.ts'

export const MEASURES: readonly Measure[] = [
  submit,
  submitKeyed,
  plainTransaction,
  poll,
  drain,
  latency,
  idle,
  disk,
]
