/** What acceptd costs while it has nothing to do, API and worker in one process. */
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { need, type Measure } from './measure.ts'

const TASKS = 50
// By then a process has done what it does at its start only.
const SETTLE_SECONDS = 10
const NOOP = path.join(import.meta.dirname, '../tasks/noop.ts')

export const idle: Measure = {
  name: 'idle',
  title: `Doing nothing, with ${TASKS} tasks`,
  figures: [
    { name: 'transactions', unit: '/s', better: 'less', main: true },
    { name: 'CPU', unit: '%', better: 'less' },
    { name: "Postgres' CPU", unit: '%', better: 'less' },
  ],
  settings: () => [{ name: 'idle', value: 0 }],
  async sample({ stand, options, meter }) {
    const transactions = need(stand.transactions, 'count of transactions')
    const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'acceptd-bench-tasks-'))
    try {
      for (let nth = 1; nth <= TASKS; nth++)
        await fs.writeFile(
          path.join(folder, `noop-${nth}.ts`),
          `export { default } from ${JSON.stringify(NOOP)}\n`,
        )
      await need(stand.serveAll, 'single process')(folder)
      await sleep(options.quick ? 1000 : SETTLE_SECONDS * 1000)
      const before = await transactions()
      await meter.begin()
      await sleep(options.seconds * 1000)
      await meter.end()
      const after = await transactions()
      const percent = (name: string) =>
        ((meter.usage.find(({ process }) => process === name)?.cpuSeconds ?? Number.NaN) / options.seconds) *
        100
      return {
        transactions: (after - before) / options.seconds,
        CPU: percent('all'),
        "Postgres' CPU": percent('postgres'),
      }
    } finally {
      await fs.rm(folder, { recursive: true, force: true })
    }
  },
}
