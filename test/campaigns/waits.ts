/** `npm run campaign:waits -- --cycles 100000`: is any end missed by who waits for it? */
import { spawn } from 'node:child_process'
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { joinEmbeddedPostgres } from '../../src/postgres/embedded.ts'
import { delayOf, isDuring, runCampaign, type Outcome } from './wait-campaign.ts'
import { KINDS, type Cycle } from './wait-cycle.ts'

const ROOT = path.join(import.meta.dirname, '../..')

const { values } = parseArgs({
  options: {
    cycles: { type: 'string', default: '10000' },
    'at-once': { type: 'string', default: '50' },
    /** Milliseconds between two kills of the listener; 0 for none. */
    'kill-every': { type: 'string', default: '2000' },
  },
})

const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'acceptd-waits-'))
const postgres = await joinEmbeddedPostgres(folder)
try {
  const server = await serve(postgres.url)
  try {
    const began = performance.now()
    const outcome = await runCampaign({
      base: server.url,
      databaseUrl: postgres.url,
      cycles: Number(values.cycles),
      atOnce: Number(values['at-once']),
      killEveryMs: Number(values['kill-every']),
      onProgress: (done) => void (done % 5000 === 0 && process.stderr.write(`${done} cycles\n`)),
    })
    process.stdout.write(summary(outcome, (performance.now() - began) / 1000))
    process.exitCode = outcome.missed.length === 0 ? 0 : 1
  } finally {
    await server.stop()
  }
} finally {
  await postgres.leave()
  await fs.rm(postgres.dataDir, { recursive: true, force: true })
}

/** A process of its own, so that what is measured is not also what measures. */
async function serve(databaseUrl: string): Promise<{ url: URL; stop: () => Promise<unknown> }> {
  const child = spawn(process.execPath, [path.join(ROOT, 'bin/acceptd.js'), 'serve'], {
    cwd: folder,
    env: {
      PATH: process.env['PATH'] ?? '',
      PORT: '0',
      DATABASE_URL: databaseUrl,
      ACCEPTD_TASKS: path.join(ROOT, 'test/fixtures/tasks'),
      ACCEPTD_CONCURRENCY: '100',
      LOG_LEVEL: 'error',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exited = new Promise((resolve) => {
    child.once('exit', resolve)
  })
  let printed = ''
  const url = await new Promise<URL>((resolve, reject) => {
    child.stdout.on('data', (bytes: Buffer) => {
      printed += bytes.toString()
      const [, found] = /API +(http:\S+)/.exec(printed) ?? []
      if (found !== undefined) resolve(new URL(found))
    })
    void exited.then(() => reject(new Error(`the server did not start:\n${printed}`)))
  })
  return {
    url,
    stop() {
      child.kill('SIGTERM')
      return exited
    },
  }
}

function summary({ cycles, outages, missed }: Outcome, seconds: number): string {
  const isDown = (cycle: Cycle) => isDuring(outages, cycle)
  const lines = [
    `${cycles.length} waits in ${seconds.toFixed(0)} s, ${Math.round(cycles.length / seconds)}/s; the listener was killed ${outages.length} times`,
    ...KINDS.map((kind) => {
      const all = cycles.filter((cycle) => cycle.kind === kind)
      const early = all.filter(({ askedAt, finishedAt }) => finishedAt < askedAt).length
      return `${kind}: ${all.length}, of which ${early} began after the end`
    }),
    '',
    'from the end (or the question, where that came later) to the answer:',
    timesOf(
      'listener up',
      cycles.filter((cycle) => !isDown(cycle)),
    ),
    timesOf('listener down', cycles.filter(isDown)),
    '',
    `missed: ${missed.length}`,
    ...missed
      .slice(0, 20)
      .map((cycle) => `  ${cycle.kind}, ${cycle.told ? `told after ${delayOf(cycle)} ms` : 'not told'}`),
  ]
  return `${lines.join('\n')}\n`
}

function timesOf(name: string, cycles: readonly Cycle[]): string {
  const times = cycles.map(delayOf).toSorted((a, b) => a - b)
  const at = (share: number) => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0
  return `  ${name.padEnd(14)} ${String(times.length).padStart(7)} waits: p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, max ${at(1)} ms`
}
