/** `acceptd audit`: do the jobs and the queue agree? With `--repair`, they do afterwards. */
import type { Config } from '../config.ts'
import { audit, AUDIT_LIMIT, type Disagreement } from '../queue/audit.ts'
import { mend } from '../work/mend.ts'
import { withDatabase } from './database.ts'
import { say } from './tell.ts'

export async function printAudit(config: Config): Promise<void> {
  const disagreements = await withDatabase(config, ({ db }) => audit(db))
  for (const disagreement of disagreements) say(sidesOf(disagreement))
  if (disagreements.length === 0) return say(AGREE)
  const count = `${disagreements.length === AUDIT_LIMIT ? 'At least ' : ''}${disagreements.length} disagreements`
  say(`${count}. To mend them: acceptd audit --repair`)
  process.exitCode = 1
}

export async function repairAndTell(config: Config): Promise<void> {
  let mended = 0
  let failed = 0
  await withDatabase(config, async ({ db }) => {
    for await (const { disagreement, outcome } of mend(db)) {
      const isMended = !(outcome instanceof Error)
      if (isMended) mended++
      else failed++
      say(`${sidesOf(disagreement)}  ${isMended ? outcome : `could not be mended: ${outcome.message}`}`)
    }
  })
  if (mended + failed === 0) return say(AGREE)
  say(failed === 0 ? `${mended} mended.` : `${mended} mended, ${failed} could not be.`)
  if (failed > 0) process.exitCode = 1
}

const AGREE = 'Jobs and queue agree.'

function sidesOf({ id, status, queueState }: Disagreement): string {
  return `${id}  job: ${status ?? 'none'}  queue: ${queueState ?? 'none'}`
}
