/** Faults of the database: it crashes, is restarted, loses a process of its own or its connections. */
import { setTimeout as sleep } from 'node:timers/promises'
import { until } from '../../support/until.ts'
import type { Dice } from '../dice.ts'
import type { System } from '../system.ts'
import type { FaultMaker } from './fault.ts'

const outage = (how: 'immediate' | 'fast') => async (system: System, _part: unknown, dice: Dice) => {
  const ms = dice.whole(0, 4000)
  await system.database.stop(how)
  await sleep(ms)
  await system.database.start()
  return `${how} stop, down for ${ms} ms`
}

export const DATABASE_FAULTS: readonly FaultMaker[] = [
  { kind: 'database-crash', weight: 4, befalls: 'database', make: outage('immediate') },
  { kind: 'database-restart', weight: 2, befalls: 'database', make: outage('fast') },
  {
    kind: 'database-pause',
    weight: 2,
    befalls: 'database',
    async make({ database }, _part, dice) {
      const ms = dice.whole(500, 8000)
      database.freeze()
      await sleep(ms)
      database.thaw()
      return `${ms} ms`
    },
  },
  {
    kind: 'backend-kill',
    weight: 1,
    befalls: 'database',
    async make(system) {
      // Postgres takes it for a corruption of what they share, and begins anew with all of them.
      const [pid] = await backends(system, 'acceptd work', 1)
      if (pid === undefined) return undefined
      process.kill(pid, 'SIGKILL')
      await until('Postgres to be itself again', () =>
        system
          .ask((client) => client.query('select'))
          .then(
            () => true,
            () => false,
          ),
      )
      return `backend ${pid}`
    },
  },
  {
    kind: 'connections-terminated',
    weight: 8,
    befalls: 'database',
    async make(system, _part, dice) {
      const some = await backends(system, dice.one(['acceptd work', 'acceptd api']), dice.whole(1, 20))
      await terminate(system, some)
      return `${some.length} connections`
    },
  },
  {
    kind: 'listener-terminated',
    weight: 5,
    befalls: 'database',
    async make(system, _part, dice) {
      const some = await backends(system, 'acceptd listener', dice.whole(1, 5))
      await terminate(system, some)
      return `${some.length} listeners`
    },
  },
]

async function backends(system: System, name: string, limit: number): Promise<number[]> {
  const { rows } = await system.ask((client) =>
    client.query<{ pid: number }>(
      'select pid from pg_stat_activity where application_name = $1 order by random() limit $2',
      [name, limit],
    ),
  )
  return rows.map(({ pid }) => pid)
}

async function terminate(system: System, pids: readonly number[]): Promise<void> {
  await system.ask((client) =>
    client.query('select pg_terminate_backend(pid) from unnest($1::int[]) as pid', [pids]),
  )
}
