/** Does everything once on tables that have been filled, and says how each statement was executed. */
import { withDocumentedCallTasks } from '../../../src/call-tasks.ts'
import { loadTasks, SHIPPED_TASKS } from '../../../src/load-tasks.ts'
import { prepareDatabase } from '../../../src/prepare.ts'
import { startBoss } from '../../../src/queue/boss.ts'
import { openDatabase } from '../../../src/store/database.ts'
import { explainer, type Explained } from './explain.ts'
import { fill, type Filling } from './fill.ts'
import { callbackOperations } from './callback-operations.ts'
import { operations } from './operations.ts'

export interface Surveyed extends Explained {
  readonly operation: string
}

export async function survey(url: string, filling: Filling): Promise<Surveyed[]> {
  const onError = () => undefined
  const open = (maxConnections: number) => openDatabase({ url, name: 'survey', maxConnections, onError })
  const ground = open(4)
  const catalogue = await loadTasks([SHIPPED_TASKS])
  // With those that call others: there is a queue of callbacks.
  await prepareDatabase(ground, withDocumentedCallTasks(catalogue), onError)
  const boss = await startBoss({ pool: ground.pool, queues: [], onError })
  // One connection: what is explained in a transaction and undone then stands in nobody's way.
  const explained = open(1)
  const explain = explainer(explained.pool)
  try {
    await fill(ground.pool, filling)
    const surveyed: Surveyed[] = []
    const asked = [
      ...(await operations({ db: explained.db, boss, catalogue })),
      ...(await callbackOperations({ db: explained.db, boss })),
    ]
    for (const [operation, work] of asked) {
      for (const each of await explain.during(work)) surveyed.push({ operation, ...each })
    }
    return surveyed
  } finally {
    await boss.stop({ graceful: false })
    await explained.close()
    await ground.close()
  }
}
