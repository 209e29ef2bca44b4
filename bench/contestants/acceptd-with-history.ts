/** acceptd whose tables are full of finished jobs. */
import { execFile } from 'node:child_process'
import { rmSync } from 'node:fs'
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { openPostgres } from '../stores/postgres.ts'
import { until } from '../stores/until.ts'
import { submitMany } from '../load/run-load.ts'
import { acceptd, openAcceptd } from './acceptd.ts'
import type { Contestant } from './contestant.ts'
import { copyFinishedJob } from './history.ts'
import { Started } from './started.ts'

export function acceptdWithHistory(jobs: number): Contestant {
  let filled: Promise<string> | undefined
  return {
    ...acceptd,
    name: 'acceptd+history',
    measures: acceptd.measures.filter((name) => name !== 'plain-transaction'),
    async open(folder, started) {
      // Made once; every turn begins with a copy.
      const original = await (filled ??= fillOne(jobs))
      const data = path.join(folder, 'data')
      // With owners and modes, which Postgres insists on, and sharing the blocks where the file system can.
      await promisify(execFile)('cp', ['-a', '--reflink=auto', original, data])
      return openAcceptd(data, started)
    },
  }
}

async function fillOne(jobs: number): Promise<string> {
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'acceptd-bench-history-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  await fs.chmod(folder, 0o755)
  const data = path.join(folder, 'data')
  // Held open, so that what acceptd leaves is not thrown away.
  const postgres = await openPostgres(data, { keep: true })
  try {
    await finishOne(data)
    await copyFinishedJob(postgres.pool, jobs)
  } finally {
    await postgres.close()
  }
  return data
}

async function finishOne(data: string): Promise<void> {
  const started = new Started()
  try {
    const stand = await openAcceptd(data, started, { keep: true })
    const api = await stand.serve?.()
    if (api) await submitMany(api, 1)
    await stand.work?.({ concurrency: 1, jobs: 1 })
    await until('one job to end', 50, 60, async () => (await stand.remaining?.()) === 0)
  } finally {
    await started.close()
  }
}
