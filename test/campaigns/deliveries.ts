/** `npm run campaign:deliveries -- --deliveries 100000 --seed 1`: is every end told to receivers that fail half the time? */
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { dice } from '../chaos/dice.ts'
import { DELIVERY_SETTINGS, runDeliveries, type Outcome } from './deliveries/campaign.ts'
import { onOwnGround } from './ground.ts'
import { cpuSeconds, residentKilobytes } from './process-usage.ts'
import { startServer } from './server-process.ts'

const { values } = parseArgs({
  options: {
    deliveries: { type: 'string', default: '10000' },
    seed: { type: 'string', default: '1' },
    /** Receivers, each an origin of its own. */
    ports: { type: 'string', default: '16' },
    'at-once': { type: 'string', default: '30' },
    /** Calls that a process has under way at once. */
    slots: { type: 'string', default: '100' },
    /** Seconds between two kills of a second worker, on average; 0 for none and no such worker. */
    'kill-every': { type: 'string', default: '20' },
  },
})

const slots = Number(values.slots)
const settings = {
  ...DELIVERY_SETTINGS,
  ACCEPTD_TASKS: path.join(import.meta.dirname, '../fixtures/tasks'),
  ACCEPTD_CONCURRENCY: '50',
  ACCEPTD_LANES: `webhooks=${slots}`,
  LOG_LEVEL: 'error',
}

await onOwnGround(async ({ databaseUrl, folder }) => {
  const server = await startServer(databaseUrl, folder, settings)
  const second = secondWorker(databaseUrl, folder)
  let mostMemory = 0
  const watching = setInterval(() => {
    void residentKilobytes(server.pid).then((now) => (mostMemory = Math.max(mostMemory, now)))
  }, 1000)
  try {
    const outcome = await runDeliveries({
      base: server.url(),
      databaseUrl,
      deliveries: Number(values.deliveries),
      seed: values.seed,
      ports: Number(values.ports),
      submittedAtOnce: Number(values['at-once']),
      underWay: () => slots * (1 + second.lives()),
      onProgress: (submitted, received) =>
        void process.stderr.write(`${submitted} submitted, ${received} requests\n`),
    })
    const usage = { megabytes: mostMemory / 1024, cpu: await cpuSeconds(server.pid), kills: second.kills() }
    process.stdout.write(summary(outcome, usage))
    process.exitCode = isClean(outcome) ? 0 : 1
  } finally {
    clearInterval(watching)
    await second.stop()
    await server.stop()
  }
})

/** It is killed while it works, and started again. */
function secondWorker(databaseUrl: string, folder: string) {
  const every = Number(values['kill-every'])
  const rolls = dice(`${values.seed} kills`)
  const stopping = new AbortController()
  const { signal } = stopping
  let lives = 0
  let kills = 0
  const living = every > 0 ? live() : Promise.resolve()
  return {
    lives: () => lives,
    kills: () => kills,
    async stop() {
      stopping.abort()
      await living
    },
  }

  async function live(): Promise<void> {
    while (!signal.aborted) {
      const worker = await startServer(databaseUrl, folder, { ...settings, ACCEPTD_ROLE: 'worker' })
      lives++
      await sleep(rolls.pause(every * 1000), undefined, { signal }).catch(() => undefined)
      if (signal.aborted) return worker.stop()
      process.kill(worker.pid, 'SIGKILL')
      kills++
    }
  }
}

function isClean({ violations }: Outcome): boolean {
  return Object.values(violations).every((count) => count === 0)
}

function summary(outcome: Outcome, usage: { megabytes: number; cpu: number; kills: number }): string {
  const { submitted, received, deliveries, redelivered, hurried, seconds, submittedSeconds } = outcome
  const answers = Map.groupBy(received, ({ answer }) => answer)
  const share = (some: readonly unknown[]) => `${((100 * some.length) / received.length).toFixed(1)} %`
  const taken = [...(answers.get('taken') ?? []), ...(answers.get('slow') ?? [])]
  const taught = new Set(taken.map(({ messageId }) => messageId)).size
  const statuses = Map.groupBy(deliveries, ({ status, code }) =>
    status === 'failed' ? `${status}, ${code}` : status,
  )
  const redeliveries = redelivered.flatMap(({ accepted }) => accepted).length
  const lines = [
    `${submitted.length} jobs, submitted in ${submittedSeconds.toFixed(0)} s; all told in ${seconds.toFixed(0)} s`,
    `${deliveries.length} deliveries, ${Math.round(deliveries.length / seconds)}/s; ${received.length} attempts, ${Math.round(received.length / seconds)}/s`,
    ...[...statuses].map(([status, some]) => `  ${status}: ${some.length}`),
    `answers: ${[...answers].map(([answer, some]) => `${answer} ${share(some)}`).join(', ')}`,
    `taken more than once: ${taken.length - taught}, of which ${redeliveries} redeliveries were asked for; ${hurried} waits cut short`,
    `the second worker was killed ${usage.kills} times; the server took ${usage.megabytes.toFixed(0)} MB at most, ${usage.cpu.toFixed(0)} s of processor time`,
    '',
    ...Object.entries(outcome.violations).map(([what, count]) => `${String(count).padStart(6)} ${what}`),
    '',
    `deliveries: ${isClean(outcome) ? 'passed' : 'failed'}`,
  ]
  return `${lines.join('\n')}\n`
}
