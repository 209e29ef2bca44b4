/** `npm run fuzz -- --requests 1000000 --seed 7`: is there anything a client can send that acceptd takes badly? */
import path from 'node:path'
import { parseArgs } from 'node:util'
import { quantile } from '../campaigns/figures.ts'
import { onOwnGround } from '../campaigns/ground.ts'
import { residentKilobytes } from '../campaigns/process-usage.ts'
import { startServer } from '../campaigns/server-process.ts'
import { leftBehind } from './aftermath.ts'
import { runCampaign, type Findings } from './campaign.ts'
import { SWEPT } from './cases.ts'
import { startControl } from './control.ts'
import { SWEEP } from './sweep.ts'

const { values } = parseArgs({
  options: {
    requests: { type: 'string', default: '5000' },
    seed: { type: 'string', default: '20261122' },
    minutes: { type: 'string', default: '120' },
    // As many as keep two processors busy; more would only wait for one another.
    connections: { type: 'string', default: '8' },
  },
})
const requests = Number(values.requests)
const seed = Number(values.seed)

// Interrupted, it tells what it has found so far.
const interrupted = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interrupted.abort())

const TOLD_EVERY = 10_000

// Below this many requests the server's memory is still finding its size.
const JUDGED_FROM = 300_000
// Of memory, for each request: an object that is kept for each is more.
const MOST_BYTES_EACH = 100

await onOwnGround(async ({ databaseUrl, folder }) => {
  const server = await startServer(databaseUrl, folder, {
    ACCEPTD_TASKS: path.join(import.meta.dirname, 'tasks'),
    // Short, so that there are jobs that were: tombstones, and keys that are free again.
    ACCEPTD_RETENTION_SECONDS: '30',
    ACCEPTD_LANES: 'linger=30',
  })
  const control = await startControl(folder)
  const memory: { at: number; kilobytes: number }[] = []
  const began = performance.now()
  const sample = async (at: number) => {
    // Of a process that is gone there is nothing to tell but that, and each request after it is a flaw.
    memory.push({ at, kilobytes: await residentKilobytes(server.pid).catch(() => 0) })
  }
  try {
    const findings = await runCampaign({
      url: server.url(),
      requests,
      seed,
      connections: Number(values.connections),
      minutes: Number(values.minutes),
      signal: interrupted.signal,
      onProgress: (begun, flaws) => {
        if (begun > 0 && begun % Math.ceil(requests / 10) === 0) void sample(begun)
        if (begun % TOLD_EVERY === 0) process.stderr.write(`${begun} requests, ${flaws} flaws\n`)
      },
    })
    const seconds = (performance.now() - began) / 1000
    const done = [...findings.statuses.values()].reduce((sum, count) => sum + count, 0)
    await sample(Math.min(done, requests))
    const left = await leftBehind(databaseUrl, server.printed())
    const late = findings.slow.filter(({ from, to }) => !control.wasSlow(from, to))
    const grown = growth(memory)
    const flawless =
      findings.flaws.length === 0 &&
      left.length === 0 &&
      late.length === 0 &&
      (done < JUDGED_FROM || grown <= MOST_BYTES_EACH)
    process.stdout.write(summary({ findings, done, seconds, left, late, grown, slowest: control.slowest() }))
    process.stdout.write(
      `memory   ${memory.map(({ kilobytes }) => `${(kilobytes / 1024).toFixed(0)} MB`).join(', ')}\n`,
    )
    process.stdout.write(`fuzz: ${flawless ? 'passed' : 'failed'}\n`)
    process.exitCode = flawless ? 0 : 1
  } finally {
    await control.stop()
    await server.stop()
  }
})

/** In bytes for each request, from the first tenth on. */
function growth(memory: readonly { at: number; kilobytes: number }[]): number {
  const [first, last] = [memory[0], memory.at(-1)]
  if (!first || !last || last.at === first.at) return 0
  return ((last.kilobytes - first.kilobytes) * 1024) / (last.at - first.at)
}

interface Summary {
  readonly findings: Findings
  readonly done: number
  readonly seconds: number
  readonly left: readonly string[]
  readonly late: Findings['slow']
  readonly grown: number
  readonly slowest: number
}

function summary({ findings, done, seconds, left, late, grown, slowest }: Summary): string {
  const { flaws, statuses, overloads, times, slow } = findings
  const ms = (share: number) => `${quantile(times, share).toFixed(1)} ms`
  const kinds = Map.groupBy(flaws, ({ what }) => what.replaceAll(/[0-9a-f-]{36}|\d+/g, 'N').slice(0, 200))
  const lines = [
    `seed ${seed}: ${done} answers in ${seconds.toFixed(0)} s, ${Math.round(done / seconds)}/s`,
    ...[...statuses.keys()].toSorted().map((status) => `  ${status.padEnd(8)} ${statuses.get(status)}`),
    `sweep    ${Math.min(100, Math.floor((done * SWEPT) / SWEEP))} % of all code units in all places`,
    `times    p50 ${ms(0.5)}, p99 ${ms(0.99)}, max ${ms(1)}; the control's slowest ${slowest.toFixed(1)} ms`,
    `late     ${late.length} took over a second; ${slow.length - late.length} more did while the machine was slow`,
    ...late.slice(0, 10).map(({ nth, what, from, to }) => `  ${nth}: ${what} ${(to - from).toFixed(0)} ms`),
    `503      ${overloads} with Retry-After`,
    `growth   ${grown.toFixed(1)} bytes of memory for each request after the first tenth`,
    `left     ${left.length === 0 ? 'nothing: no job is stuck, jobs and queue agree, no error in the log' : left.join('\n  ')}`,
    `flaws    ${flaws.length}${flaws.length > 0 ? `, of ${kinds.size} kinds` : ''}`,
    ...[...kinds.values()].flatMap((same) => shown(same)),
  ]
  return `${lines.join('\n')}\n`
}

/** The first of its kind, with what was sent, as JSON text of a character for each byte. */
function shown(same: Findings['flaws']): string[] {
  const [{ nth, what, sent }] = same as [Findings['flaws'][number]]
  return [`  ${same.length} times, first ${nth}: ${what}`, `    sent ${JSON.stringify(sent.slice(0, 4000))}`]
}
