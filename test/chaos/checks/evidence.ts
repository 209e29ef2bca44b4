/** What the checks look at, and what they say: pure functions of what was seen outside and what the database has at the end. */
import type { Deed, Fault, History } from '../history.ts'
import type { Snapshot, StoredAttempt, Transition } from '../snapshot.ts'

export interface Evidence {
  readonly history: History
  readonly snapshot: Snapshot
  /** Milliseconds to add to a time of the database's clock (since 1970) to have it on the clock of the history. */
  readonly clockOffset: number
}

export interface Violation {
  readonly check: string
  readonly detail: string
}

export type Check = (evidence: Evidence) => Violation[]

const ENDED = new Set(['completed', 'failed', 'canceled'])

export function hasEnded(status: string | null | undefined): boolean {
  return ENDED.has(status ?? '')
}

export function attemptsOf({ snapshot }: Evidence): ReadonlyMap<string, StoredAttempt[]> {
  return Map.groupBy(snapshot.attempts, ({ job_id }) => job_id)
}

export function transitionsOf({ snapshot }: Evidence): ReadonlyMap<string, Transition[]> {
  return Map.groupBy(snapshot.transitions, ({ id }) => id)
}

export function nameOf(job: string, attempt: number): string {
  return `${job} ${attempt}`
}

/** By job and attempt. */
export function deedsOf({ history }: Evidence): ReadonlyMap<string, Deed[]> {
  return Map.groupBy(history.deeds, ({ job, attempt }) => nameOf(job, attempt))
}

// How long a fault is felt after it is over: the lease, the second look, a restart, and a busy machine.
const AFTERMATH_MS = 10_000

/** Faults that a process could feel at some time of the span; those of the database are felt by all. */
export function faultsAround(
  { faults }: History,
  member: string | undefined,
  from: number,
  to: number,
): Fault[] {
  return faults.filter(
    (fault) =>
      (fault.target === undefined || member === undefined || fault.target === member) &&
      fault.from <= to &&
      fault.to + AFTERMATH_MS >= from,
  )
}

/** Which process had this pid. A pid is not used twice within a run, as far as anybody can tell. */
export function membersByPid({ lives }: History): ReadonlyMap<number, string> {
  return new Map(lives.map(({ pid, member }) => [pid, member]))
}
