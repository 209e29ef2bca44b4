/** How long things took: from a crash to the next attempt, answers while the database was away, and the first 202 after. */
import { quantile } from '../campaigns/figures.ts'
import type { Evidence } from './checks/evidence.ts'
import type { Fault, History } from './history.ts'

export function figuresOf({ history }: Evidence): string[] {
  return [
    `crash to running again: ${timesOf(recoveries(history))}`,
    `answers while the database was away: ${timesOf(answersInOutages(history))}`,
    `database back to the next 202: ${timesOf(firstAfterOutages(history))}`,
  ]
}

/** From the kill of a worker to the next attempt at each job it ran, where nothing else kept that from happening. */
export function recoveries({ faults, lives, deeds }: History): number[] {
  const byJob = Map.groupBy(deeds, ({ job }) => job)
  const began = Map.groupBy(deeds, ({ pid }) => pid)
  return faults
    .filter(({ kind, target }) => kind === 'kill' && target?.startsWith('worker'))
    .flatMap((kill) => {
      const exit = lives.find(
        ({ event, member, at }) => event === 'exited' && member === kill.target && at >= kill.from,
      )
      if (!exit) return []
      const cut = (began.get(exit.pid) ?? []).filter(
        ({ deed, job, attempt }) =>
          deed === 'began' && !byJob.get(job)?.some((one) => one.attempt === attempt && one.deed !== 'began'),
      )
      return cut.flatMap(({ job, attempt }) => {
        const next = byJob.get(job)?.find((one) => one.deed === 'began' && one.attempt > attempt)
        if (!next || disturbed(faults, kill, next.at)) return []
        return [next.at - exit.at]
      })
    })
}

/** By something else than the kill itself: the database away, or other workers gone, so that nobody was there to take over. */
function disturbed(faults: readonly Fault[], kill: Fault, until: number): boolean {
  return faults.some(
    (fault) =>
      fault !== kill &&
      fault.from < until &&
      fault.to > kill.from &&
      (fault.target === undefined || fault.target.startsWith('worker')),
  )
}

const OUTAGES = new Set(['database-crash', 'database-restart', 'database-pause', 'backend-kill'])

function answersInOutages({ asked, faults }: History): number[] {
  const outages = faults.filter(({ kind }) => OUTAGES.has(kind))
  const held = faults.filter(({ kind }) => kind === 'pause' || kind === 'connection-delay')
  return asked
    .filter(({ kind, status }) => kind !== 'wait' && kind !== 'watch' && status !== undefined)
    .filter(({ from, to }) => outages.some((outage) => from < outage.to && to > outage.from))
    .filter(
      ({ api, from, to }) =>
        !held.some(({ target, ...at }) => target === api && from < at.to && to > at.from),
    )
    .map(({ from, to }) => to - from)
}

function firstAfterOutages({ asked, faults }: History): number[] {
  const acceptances = asked.filter(({ kind, status }) => kind === 'submit' && status === 202)
  return faults
    .filter(({ kind }) => OUTAGES.has(kind))
    .flatMap(({ to }) => {
      const first = Math.min(...acceptances.filter((answer) => answer.to >= to).map((answer) => answer.to))
      return Number.isFinite(first) ? [first - to] : []
    })
}

function timesOf(values: readonly number[]): string {
  if (values.length === 0) return 'never measured'
  const at = (share: number) => `${(quantile(values, share) / 1000).toFixed(2)} s`
  return `p50 ${at(0.5)}, p99 ${at(0.99)}, longest ${at(1)} (${values.length} times)`
}
