/** How long things took, and the bars that are set for it: after a crash, while the database is away, and after that. */
import { quantile } from '../campaigns/figures.ts'
import type { Evidence } from './checks/evidence.ts'
import type { Fault, History } from './history.ts'

export interface Bar {
  readonly what: string
  /** Milliseconds, each time it was seen. */
  readonly times: readonly number[]
  /** Which share of them has to be within the limit: 0.99 for all but one in a hundred. */
  readonly share: number
  readonly limitMs: number
}

export function barsOf({ history }: Evidence): Bar[] {
  return [
    { what: 'crash to running again', times: recoveries(history), share: 0.99, limitMs: 5000 },
    {
      what: 'answers while the database was away',
      times: answersInOutages(history),
      share: 1,
      limitMs: 2000,
    },
    { what: 'database back to the first 202', times: firstAfterOutages(history), share: 1, limitMs: 2000 },
  ]
}

export function isMet({ times, share, limitMs }: Bar): boolean {
  return times.length === 0 || quantile(times, share) <= limitMs
}

export function lineOf(bar: Bar): string {
  const { what, times, share, limitMs } = bar
  if (times.length === 0) return `${what}: not seen undisturbed`
  const at = (part: number) => `${(quantile(times, part) / 1000).toFixed(2)} s`
  const figures = `p50 ${at(0.5)}, p99 ${at(0.99)}, longest ${at(1)}, seen ${times.length} times`
  const name = share === 1 ? 'all' : `p${share * 100}`
  return `${what}: ${figures}; bar: ${name} within ${limitMs / 1000} s, ${isMet(bar) ? 'met' : 'missed'}`
}

/** From the kill of a worker to the next attempt at each job it ran, where nothing else kept that from happening. */
function recoveries({ faults, lives, deeds }: History): number[] {
  const byJob = Map.groupBy(deeds, ({ job }) => job)
  const byPid = Map.groupBy(deeds, ({ pid }) => pid)
  const kills = faults.filter(({ kind, target }) => kind === 'kill' && target?.startsWith('worker'))
  return kills.flatMap((kill) => {
    const exit = lives.find(
      ({ event, member, at }) => event === 'exited' && member === kill.target && at >= kill.from,
    )
    if (!exit) return []
    const cutOff = (byPid.get(exit.pid) ?? []).filter(
      ({ deed, job, attempt }) =>
        deed === 'began' && !byJob.get(job)?.some((one) => one.attempt === attempt && one.deed !== 'began'),
    )
    return cutOff.flatMap(({ job, attempt }) => {
      const next = byJob.get(job)?.find((one) => one.deed === 'began' && one.attempt > attempt)
      // Where its worker was taken for dead before it died, others had it already.
      if (!next || next.at < exit.at) return []
      // Another worker gone is one less to take over; with the database away nobody can.
      if (disturbed(faults, kill, kill.from, next.at, 'worker')) return []
      return [next.at - exit.at]
    })
  })
}

const OUTAGES: ReadonlySet<string> = new Set([
  'database-crash',
  'database-restart',
  'database-pause',
  'backend-kill',
])

function answersInOutages({ asked, faults }: History): number[] {
  const outages = faults.filter(({ kind }) => OUTAGES.has(kind))
  // A process that is held answers nobody, and a line that is slow is slow.
  const held = faults.filter(({ kind }) => kind === 'pause' || kind === 'connection-delay')
  return asked
    .filter(({ kind, status }) => kind !== 'wait' && kind !== 'watch' && status !== undefined)
    .filter((answer) => outages.some((outage) => overlap(outage, answer)))
    .filter((answer) => !held.some((fault) => fault.target === answer.api && overlap(fault, answer)))
    .map(({ from, to }) => to - from)
}

function firstAfterOutages({ asked, faults }: History): number[] {
  const accepted = asked
    .filter(({ kind, status }) => kind === 'submit' && status === 202)
    .map(({ to }) => to)
    .toSorted((a, b) => a - b)
  return faults
    .filter(({ kind }) => OUTAGES.has(kind))
    .flatMap((outage) => {
      const first = accepted.find((at) => at >= outage.to)
      if (first === undefined || disturbed(faults, outage, outage.from, first, 'api')) return []
      return [first - outage.to]
    })
}

/** Whether, in that time, there was another fault of the database, or of a process of the role. */
function disturbed(
  faults: readonly Fault[],
  except: Fault,
  from: number,
  to: number,
  role: 'api' | 'worker',
): boolean {
  return faults.some(
    (fault) =>
      fault !== except &&
      overlap(fault, { from, to }) &&
      (fault.target === undefined || fault.target.startsWith(role)),
  )
}

interface Span {
  readonly from: number
  readonly to: number
}

function overlap(one: Span, other: Span): boolean {
  return one.from < other.to && one.to > other.from
}
