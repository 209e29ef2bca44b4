/** What a submission adds to the transaction that it cannot do without. */
import { runLoad } from '../load/run-load.ts'
import type { Measure } from './measure.ts'
import { ANSWERED, sampleSubmissions } from './submit.ts'

export const plainTransaction: Measure = {
  name: 'plain-transaction',
  title: 'One submission beside one bare transaction',
  figures: ANSWERED.map(({ name, unit, better }) => ({ name, unit, better, main: name === 'p50' })),
  settings: () => [{ name: '1 connection', value: 1 }],
  async sample(asked) {
    const { transaction } = asked.stand
    if (transaction === undefined) return sampleSubmissions(asked, {})
    const { warmUpSeconds, seconds } = asked.options
    const result = await runLoad(
      { kind: 'transactions', ...transaction, warmUpSeconds, seconds },
      asked.meter,
    )
    return { 'per second': result.count / result.seconds, p50: result.p50Ms, p99: result.p99Ms }
  },
}
