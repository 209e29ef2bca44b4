/** Runs the load generator, and has somebody note the moments between which it measures. */
import { fork } from 'node:child_process'
import path from 'node:path'
import type { Api } from '../contestants/started.ts'
import type { Load, LoadRequest, LoadResult, Notice } from './load.ts'

export interface Observer {
  /** The generator's process id is handed over, so that what it uses is known as well. */
  readonly begin: (generator: number) => Promise<void>
  readonly end: () => Promise<void>
}

export async function runLoad(load: Load, observer?: Observer): Promise<LoadResult> {
  const child = fork(path.join(import.meta.dirname, 'main.ts'), [], {
    env: { PATH: process.env['PATH'] },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  const { promise, resolve, reject } = Promise.withResolvers<LoadResult>()
  child.once('error', reject)
  const endedEarly = () =>
    reject(new Error(`the load generator ended with ${child.exitCode ?? child.signalCode}`))
  child.once('exit', endedEarly)
  child.on('message', (notice: Notice) => void heed(notice).catch(reject))
  async function heed(notice: Notice): Promise<void> {
    if (notice.phase === 'begin') {
      await observer?.begin(child.pid ?? 0)
      child.send('go')
    } else {
      child.off('exit', endedEarly)
      await observer?.end()
      resolve(notice.result)
    }
  }
  child.send(load)
  try {
    return await promise
  } finally {
    if (child.connected) child.disconnect()
  }
}

/** A `noop` job. */
export function submission(api: Api): LoadRequest {
  return {
    method: 'POST',
    path: api.submitPath('noop'),
    headers: { 'Content-Type': 'application/json' },
    body: '{"n":1}',
  }
}

export async function submitMany(api: Api, amount: number): Promise<void> {
  const requests = [submission(api)]
  const connections = Math.min(64, amount)
  await runLoad({
    kind: 'closed',
    origin: api.url,
    requests,
    status: 202,
    connections,
    warmUpSeconds: 0,
    amount,
  })
}
