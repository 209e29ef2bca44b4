/** `acceptd audit`: do the jobs and the queue agree? */
import type { Config } from '../config.ts'
import { audit, AUDIT_LIMIT } from '../queue/audit.ts'
import { withDatabase } from './database.ts'
import { say } from './tell.ts'

export async function printAudit(config: Config): Promise<void> {
  const disagreements = await withDatabase(config, ({ db }) => audit(db))
  for (const { id, status, queueState } of disagreements) {
    say(`${id}  job: ${status ?? 'none'}  queue: ${queueState ?? 'none'}`)
  }
  if (disagreements.length === 0) return say('Jobs and queue agree.')
  say(`${disagreements.length === AUDIT_LIMIT ? 'At least ' : ''}${disagreements.length} disagreements`)
  process.exitCode = 1
}
