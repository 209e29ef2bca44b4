/** What a campaign has left behind: jobs that never end, jobs and queue that do not agree, errors in the log. */
import { setTimeout as sleep } from 'node:timers/promises'
import { audit } from '../../src/queue/audit.ts'
import { openDatabase } from '../../src/store/database.ts'

// The last ones accepted may wait behind some hundreds; retries are a tenth of a second apart.
const PATIENCE_MS = 120_000

// With all that may say why.
const STUCK = `
  select json_build_object('job', to_jsonb(job) - 'input', 'delivery', to_jsonb(place) - 'data', 'at', now()) as found
  from acceptd.jobs job left join acceptd_queue.job place on place.id = job.id
  where job.status in ('pending', 'running') and job.run_at < now() limit 5`

/** In sentences; nothing where all is well. */
export async function leftBehind(databaseUrl: string, log: string): Promise<string[]> {
  const { db, pool, close } = openDatabase({
    url: databaseUrl,
    name: 'aftermath',
    maxConnections: 1,
    onError: () => undefined,
  })
  try {
    const stuck = async () => {
      const { rows } = await pool.query<{ found: unknown }>(STUCK)
      return rows.map(({ found }) => JSON.stringify(found))
    }
    for (const end = Date.now() + PATIENCE_MS; (await stuck()).length > 0 && Date.now() < end;)
      await sleep(200)
    const [jobs, disagreements, errors] = [await stuck(), await audit(db), errorsIn(log)]
    return [
      ...(jobs.length > 0 ? [`jobs that are due do not end: ${jobs.join(' ')}`] : []),
      ...(disagreements.length > 0 ? [`the audit finds ${JSON.stringify(disagreements.slice(0, 5))}`] : []),
      ...errors.slice(0, 5).map((line) => `the log has ${line.slice(0, 2000)}`),
    ]
  } finally {
    await close()
  }
}

const ERROR = 50

/** Lines of level error or above, and requests that were answered with a fault, seen by a client or not. */
function errorsIn(log: string): string[] {
  return log.split('\n').filter((line) => {
    if (!line.startsWith('{')) return false
    const { level, msg, status } = JSON.parse(line) as { level: number; msg: string; status?: number }
    return level >= ERROR || (msg === 'request' && (status ?? 0) >= 500)
  })
}
