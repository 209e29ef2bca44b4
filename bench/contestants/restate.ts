/** Restate: submissions through the ingress of its server, which calls a service of its SDK. */
import path from 'node:path'
import { submitMany } from '../load/run-load.ts'
import { CONCURRENCY } from '../measures/drain.ts'
import { firstMessage, startProgram } from '../stores/child.ts'
import { openRestate, restateServer } from '../stores/restate.ts'
import type { Contestant } from './contestant.ts'
import type { Api, Worker } from './started.ts'

interface Stamp {
  readonly id: string
  readonly n: number
  readonly startedAt: number
}

export const restate: Contestant = {
  name: 'restate',
  measures: ['submit', 'latency', 'drain'],
  missing: () =>
    restateServer() === undefined ? 'there is no @restatedev/restate-server for this platform' : undefined,
  async open(folder, started) {
    const server = started.store('restate', await openRestate(path.join(folder, 'restate'), CONCURRENCY))
    const service: Worker = started.child('worker', startProgram('restate', { RESTATE_LOGGING: 'ERROR' }))
    await server.register((await firstMessage<{ port: number }>(service.process)).port)
    const api: Api = {
      url: server.ingress,
      submitPath: (task) => `/jobs/${task}/send`,
      stop: async () => undefined,
    }
    return {
      serve: async () => api,
      async work({ jobs }) {
        service.process.send({ release: jobs })
        return service
      },
      fill: (jobs) => submitMany(api, jobs),
      async remaining() {
        const rows = await server.query<{ count: number }>(
          "select count(*) as count from sys_invocation where status <> 'completed'",
        )
        return rows[0]?.count ?? 0
      },
      async traces() {
        const answer = firstMessage<{ stamps: Stamp[] }>(service.process)
        service.process.send('stamps')
        const ended = await server.query<{ id: string; completed_at: string }>(
          "select id, completed_at from sys_invocation where target_handler_name = 'stamp'",
        )
        const finishedAt = new Map(ended.map(({ id, completed_at }) => [id, Date.parse(completed_at)]))
        const { stamps } = await answer
        return stamps.map(({ id, n, startedAt }) => ({
          n,
          startedAt,
          finishedAt: finishedAt.get(id) ?? Number.NaN,
        }))
      },
    }
  },
}
