/** Makes the next attempt of a job due that waits for it: what an operator can do, and no client. */
import type { Pool } from 'pg'

export async function hasten(pool: Pick<Pool, 'query'>, id: string): Promise<void> {
  await pool.query(`update acceptd.jobs set run_at = now() where id = $1 and status = 'pending'`, [id])
  await pool.query('update acceptd_queue.job set start_after = now() where id = $1', [id])
}
