/** Makes a report that takes its time, day by day, and says how far it is. */
import { setTimeout as sleep } from 'node:timers/promises'
import { defineTask, fileResult, z } from 'acceptd'

export default defineTask({
  summary: 'Make the report of a month, as CSV',
  input: z.object({
    month: z.string().regex(/^\d{4}-(0[1-9]|1[0-2])$/, 'Must be a month, such as 2026-11'),
    seconds: z.number().min(0).max(600).default(60).meta({ description: 'How long it is to take' }),
  }),
  output: fileResult,
  example: { month: '2026-11' },
  // The same month gives the same report, so there is no harm in making it twice.
  retry: { limit: 2, delaySeconds: 5 },
  // As long as the longest may take, and some more: what takes longer hangs.
  timeoutSeconds: 660,
  // What Retry-After goes by until some reports have been made.
  typicalSeconds: 60,

  async run({ month, seconds }, { signal, progress }) {
    const days = daysOf(month)
    const rows = ['day,orders,revenue']
    for (const [index, day] of days.entries()) {
      progress((index / days.length) * 100, `counting ${day}`)
      // Whoever cancels need not wait for the rest: what waits gets the signal.
      const { orders, revenue } = await count(day, (seconds * 1000) / days.length, signal)
      rows.push(`${day},${orders},${revenue}`)
    }
    return { fileName: `report-${month}.csv`, mediaType: 'text/csv', text: `${rows.join('\n')}\n` }
  },
})

function daysOf(month: string): readonly string[] {
  const [year = 0, number = 0] = month.split('-').map(Number)
  // The day before the first of the next month.
  const last = new Date(Date.UTC(year, number, 0)).getUTCDate()
  return Array.from({ length: last }, (_, index) => `${month}-${String(index + 1).padStart(2, '0')}`)
}

/** In place of a query that takes long. */
async function count(day: string, ms: number, signal: AbortSignal) {
  await sleep(ms, undefined, { signal })
  const orders = (Number(day.replaceAll('-', '')) * 7919) % 97
  return { orders, revenue: (orders * 19.9).toFixed(2) }
}
