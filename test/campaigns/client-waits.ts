/** `npm run campaign:client`: how many requests does the client need for a job, and how long after its end does it know? */
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { client, type Job, type WaitOptions } from '../../src/client/client.ts'
import { record, SHAPE_NAMES, type ShapeName } from '../support/recorded-jobs.ts'
import { quantile } from './figures.ts'
import { onOwnGround } from './ground.ts'
import { startServer } from './server-process.ts'

const { values } = parseArgs({
  options: {
    /** Of each shape. */
    jobs: { type: 'string', default: '100' },
    seed: { type: 'string', default: '1' },
    /** Of the times that were recorded, so that the longest job is not ten minutes. */
    scale: { type: 'string', default: '0.05' },
    'at-once': { type: 'string', default: '50' },
  },
})

interface Way {
  readonly name: string
  readonly options: WaitOptions
  /** As a proxy that keeps the preference to itself. */
  readonly prefers: boolean
}

const WAYS: readonly Way[] = [
  { name: 'long polls', options: {}, prefers: true },
  { name: 'event stream', options: { events: true }, prefers: true },
  { name: 'polls', options: {}, prefers: false },
]

interface Run {
  readonly requests: number
  readonly latenessMs: number
}

await onOwnGround(async ({ databaseUrl, folder }) => {
  const server = await startServer(databaseUrl, folder, {
    ACCEPTD_TASKS: path.join(import.meta.dirname, '../fixtures/tasks'),
    ACCEPTD_CONCURRENCY: '500',
  })
  try {
    say('                              requests per job     lateness in ms')
    say('way           shape            mean   most          p50    p99')
    for (const way of WAYS) {
      const all: Run[] = []
      for (const shape of SHAPE_NAMES) {
        const runs = await measure(server.url(), way, shape)
        all.push(...runs)
        say(line(way.name, shape, runs))
      }
      say(line(way.name, 'all', all))
    }
  } finally {
    await server.stop()
  }
})

async function measure(url: URL, way: Way, shape: ShapeName): Promise<Run[]> {
  const { jobs } = record(shape, Number(values.jobs), Number(values.seed), Number(values.scale))
  const waiting = jobs.map(({ startedAt, endedAt }) => endedAt - startedAt)
  const runs: Run[] = []
  const one = async () => {
    // Not all at the same moment: nobody's jobs are.
    await sleep(Math.random() * 1000)
    for (let seconds = waiting.pop(); seconds !== undefined; seconds = waiting.pop())
      runs.push(await runOne(url, way, seconds))
  }
  await Promise.all(Array.from({ length: Number(values['at-once']) }, one))
  return runs
}

async function runOne(url: URL, { options, prefers }: Way, seconds: number): Promise<Run> {
  let requests = 0
  let ended: Partial<Job> = {}
  const watched: typeof fetch = async (input, init) => {
    requests++
    const headers = new Headers(init?.headers)
    if (!prefers) headers.delete('prefer')
    const response = await fetch(input, { ...init, headers })
    const isStream = response.headers.get('content-type')?.startsWith('text/event-stream')
    if (!isStream) ended = (await response.clone().json()) as Job
    return response
  }
  const onChange = options.events ? { onChange: (job: Job) => (ended = job) } : {}
  await client({ url, fetch: watched }).run('slow', { seconds }, { ...options, ...onChange })
  // The database has the clock of this machine.
  return { requests, latenessMs: Date.now() - Date.parse(String(ended.finishedAt)) }
}

function line(way: string, shape: string, runs: readonly Run[]): string {
  const requests = runs.map((run) => run.requests)
  const lateness = runs.map((run) => run.latenessMs)
  const mean = requests.reduce((sum, count) => sum + count, 0) / runs.length
  const figures = [
    mean.toFixed(2).padStart(6),
    String(Math.max(...requests)).padStart(6),
    quantile(lateness, 0.5).toFixed(0).padStart(12),
    quantile(lateness, 0.99).toFixed(0).padStart(7),
  ]
  return `${way.padEnd(14)}${shape.padEnd(15)}${figures.join(' ')}`
}

function say(text: string): void {
  process.stdout.write(`${text}\n`)
}
