/** pg-boss as its own documentation sets it up, with a queue for each task. */
import type pg from 'pg'
import { PgBoss } from 'pg-boss'

const QUEUES = ['noop', 'stamp']

/** Workers hear of new jobs at once, which pg-boss has to be asked for. */
export async function startBoss(connectionString: string): Promise<PgBoss> {
  const boss = new PgBoss({ connectionString, max: 20, useListenNotify: true })
  boss.on('error', (error) => process.stderr.write(`pg-boss: ${error.message}\n`))
  await boss.start()
  for (const queue of QUEUES) await boss.createQueue(queue, { notify: true })
  return boss
}

/** Makes pg-boss work inside this client's transaction. */
export function inTransactionOf(client: pg.ClientBase) {
  return { executeSql: (text: string, values?: unknown[]) => client.query(text, values) }
}
