/** `npm run campaign:streams -- --streams 10000`: what do idle event streams cost, and is any event missed? */
import os from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { quantile } from './figures.ts'
import { onOwnGround } from './ground.ts'
import { KINDS, latencyOf, probeLatency, ratioOf, SERVERS, type Kind, type Latencies } from './latency.ts'
import { cpuSeconds, mostOpenFiles, residentKilobytes } from './process-usage.ts'
import { startServer, type ServerProcess } from './server-process.ts'
import { runRound, type Round } from './stream-round.ts'

const { values } = parseArgs({
  options: {
    streams: { type: 'string', default: '10000' },
    /** 1 for as many jobs as streams. */
    'per-job': { type: 'string', default: '100' },
    rounds: { type: 'string', default: '2' },
    /** How long all are held before anything else is asked of the server; comments go out every 14 s. */
    seconds: { type: 'string', default: '30' },
    /** Of the API's latency: so many without streams and so many with them, in each round. */
    probes: { type: 'string', default: '5' },
    reads: { type: 'string', default: '2000' },
    submissions: { type: 'string', default: '500' },
    'at-once': { type: 'string', default: '8' },
  },
})
const streams = Number(values.streams)
const seconds = Number(values.seconds)
const probes = Number(values.probes)

const BARS = { kilobytesPerStream: 50, p99Ratio: 2 }
// For the requests beside the streams, and the program itself.
const OTHER_FILES = 500
// After so many probes V8 has made the server's code as fast as it gets.
const WARM_UP_PROBES = 5
// After that V8 has given back most of what was garbage; nothing is forced.
const QUIET_MS = 15_000

interface Measured {
  readonly round: Round
  /** With no stream open, and with all. */
  readonly unloaded: readonly Latencies[]
  readonly loaded: readonly Latencies[]
  /** In KB: with none open, with all just opened, with all held for a while, some time after their end. */
  readonly memory: Readonly<Record<'before' | 'opened' | 'held' | 'after', number>>
  /** Of one processor, while all are held and nothing else is asked. */
  readonly cpuShare: number
}

const files = await mostOpenFiles()
if (files < streams + OTHER_FILES) {
  throw new Error(
    `a process may have ${files} files open, too few for ${streams} streams: see \`ulimit -Hn\``,
  )
}

await onOwnGround(async ({ databaseUrl, folder }) => {
  const server = await startServer(databaseUrl, folder, {
    ACCEPTD_MAX_WAITING: String(streams),
    ACCEPTD_MAX_CONNECTIONS: String(streams + OTHER_FILES),
  })
  // Of the same database, but nobody opens a stream there.
  const control = await startServer(databaseUrl, folder, {}).catch(async (error: unknown) => {
    await server.stop()
    throw error
  })
  try {
    await probe(WARM_UP_PROBES, server, control)
    const rounds: Measured[] = []
    for (let nth = 0; nth < Number(values.rounds); nth++) rounds.push(await measure(server, control))
    process.stdout.write(summaryOf(rounds))
    process.exitCode = rounds.every(({ round }) => isFlawless(round)) ? 0 : 1
  } finally {
    await Promise.all([server.stop(), control.stop()])
  }
})

async function measure(server: ServerProcess, control: ServerProcess): Promise<Measured> {
  const { pid, url } = server
  const before = { latencies: await probe(probes, server, control), memory: await memoryWhenQuiet(pid) }
  const held = { opened: 0, memory: 0, cpuShare: 0, latencies: [] as readonly Latencies[] }
  const round = await runRound({
    base: url(),
    streams,
    streamsPerJob: Number(values['per-job']),
    async meanwhile() {
      held.opened = await residentKilobytes(pid)
      const used = await cpuSeconds(pid)
      await sleep(seconds * 1000)
      held.cpuShare = ((await cpuSeconds(pid)) - used) / seconds
      held.memory = await residentKilobytes(pid)
      held.latencies = await probe(probes, server, control)
    },
  })
  const after = await memoryWhenQuiet(pid)
  process.stderr.write(`round over; load average ${loadAverage()}\n`)
  return {
    round,
    unloaded: before.latencies,
    loaded: held.latencies,
    memory: { before: before.memory, opened: held.opened, held: held.memory, after },
    cpuShare: held.cpuShare,
  }
}

async function probe(times: number, measured: ServerProcess, control: ServerProcess): Promise<Latencies[]> {
  const probed: Latencies[] = []
  for (let nth = 0; nth < times; nth++) {
    probed.push(
      await probeLatency({
        servers: { measured: measured.url().href, control: control.url().href },
        counts: { reads: Number(values.reads), submissions: Number(values.submissions) },
        atOnce: Number(values['at-once']),
      }),
    )
  }
  return probed
}

async function memoryWhenQuiet(pid: number): Promise<number> {
  await sleep(QUIET_MS)
  return residentKilobytes(pid)
}

function isFlawless({ opened, oneMore, missed, disturbed }: Round): boolean {
  return opened === streams && oneMore === 503 && missed === 0 && disturbed === 0
}

function summaryOf(rounds: readonly Measured[]): string {
  const loaded = rounds.flatMap((measured) => measured.loaded)
  const lines = [
    `${streams} streams of ${rounds[0]?.round.jobs} jobs, ${rounds.length} rounds; load average ${loadAverage()}`,
    ...rounds.flatMap((measured, nth) => ['', `round ${nth + 1}`, ...linesOf(measured)]),
    '',
    `memory   ${perStream(rounds).toFixed(1)} KB per stream (bar: ${BARS.kilobytesPerStream})`,
    ...KINDS.map((kind) => {
      const ratio = ratioOf(loaded, kind, 0.99).toFixed(2)
      return `p99      ${ratio} times that of a server without streams, ${kind} (bar: ${BARS.p99Ratio})`
    }),
    `missed   ${rounds.reduce((sum, { round }) => sum + round.missed, 0)}`,
  ]
  return `${lines.join('\n')}\n`
}

function linesOf({ round, unloaded, loaded, memory, cpuShare }: Measured): string[] {
  const { opened, openedMs, oneMore, comments, concerned, told, missed, disturbed } = round
  const { before, opened: justOpened, held, after } = memory
  const megabytes = (kilobytes: number) => `${(kilobytes / 1024).toFixed(0)} MB`
  return [
    `  opened   ${opened} in ${(openedMs / 1000).toFixed(1)} s; one more was answered ${oneMore}`,
    `  memory   ${megabytes(before)} before, ${megabytes(justOpened)} opened, ${megabytes(held)} held, ${megabytes(after)} after`,
    `  held     with ${(cpuShare * 100).toFixed(1)} % of a processor; at least ${comments} comments each`,
    `  events   ${told.length} of ${concerned} told, ${millis(told, 0.5)} after the answer to the cancel at p50, ${millis(told, 1)} at most`,
    `  missed   ${missed}; told or ended though nothing had changed: ${disturbed}`,
    ...KINDS.flatMap((kind) => [
      `  ${kind}, no streams:   ${timesOf(unloaded, kind)}`,
      `  ${kind}, with streams: ${timesOf(loaded, kind)}`,
    ]),
  ]
}

function timesOf(probed: readonly Latencies[], kind: Kind): string {
  const of = (share: number) => {
    const [measured, control] = SERVERS.map((server) => latencyOf(probed, kind, server, share).toFixed(1))
    return `${measured} ms, control ${control} ms, ratio ${ratioOf(probed, kind, share).toFixed(2)}`
  }
  return `p50 ${of(0.5)}; p99 ${of(0.99)}`
}

/** The most, over what there was before the first: later rounds find room that earlier ones have left. */
function perStream(rounds: readonly Measured[]): number {
  const most = Math.max(...rounds.flatMap(({ memory }) => [memory.opened, memory.held]))
  return (most - (rounds[0]?.memory.before ?? Number.NaN)) / streams
}

function millis(times: readonly number[], share: number): string {
  return `${quantile(times, share).toFixed(0)} ms`
}

function loadAverage(): string {
  return os
    .loadavg()
    .map((load) => load.toFixed(1))
    .join(' ')
}
