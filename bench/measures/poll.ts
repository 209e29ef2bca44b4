/** Asking after jobs that have ended, as a client polls; with the ETag it has, or without. */
import type { Stand } from '../contestants/contestant.ts'
import type { Api } from '../contestants/started.ts'
import type { LoadRequest } from '../load/load.ts'
import { runLoad } from '../load/run-load.ts'
import { until } from '../stores/until.ts'
import { need, type Measure } from './measure.ts'
import { ANSWERED } from './submit.ts'

const JOBS = 100
const CONNECTIONS = 64

export const poll: Measure = {
  name: 'poll',
  title: `GET of finished jobs at ${CONNECTIONS} connections`,
  figures: ANSWERED,
  settings: () => [200, 304].map((value) => ({ name: `${value}`, value })),
  async sample({ stand, setting, options, meter }) {
    const api = await need(stand.serve, 'API')()
    const locations = await Promise.all(Array.from({ length: JOBS }, () => submitOne(api)))
    await finish(stand)
    const requests = await Promise.all(
      locations.map((path) => conditionally(api, path, setting.value === 304)),
    )
    const { count, seconds, p50Ms, p99Ms } = await runLoad(
      {
        kind: 'closed',
        origin: api.url,
        requests,
        status: setting.value,
        connections: CONNECTIONS,
        warmUpSeconds: options.warmUpSeconds,
        seconds: options.seconds,
      },
      meter,
    )
    return { 'per second': count / seconds, p50: p50Ms, p99: p99Ms }
  },
}

async function submitOne(api: Api): Promise<string> {
  const answer = await fetch(new URL(api.submitPath('noop'), api.url), {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: '{"n":1}',
  })
  await answer.bytes()
  const location = answer.headers.get('Location')
  if (location === null) throw new Error(`${api.url} answered ${answer.status} without a Location`)
  return location
}

async function finish({ work, remaining }: Stand): Promise<void> {
  if (!work || !remaining) return // there is nothing to run them
  const worker = await work({ concurrency: 10, jobs: JOBS })
  await until('the jobs to end', 50, 60, async () => (await remaining()) === 0)
  await worker.stop()
}

async function conditionally(api: Api, path: string, notModified: boolean): Promise<LoadRequest> {
  const answer = await fetch(new URL(path, api.url))
  await answer.bytes()
  const etag = answer.headers.get('ETag')
  if (etag === null) throw new Error(`${api.url}${path} answered ${answer.status} without an ETag`)
  return { method: 'GET', path, ...(notModified ? { headers: { 'If-None-Match': etag } } : {}) }
}
