/** No attempt is used up by a crash or a shutdown, and none is cut off where nothing went wrong. */
import type { StoredAttempt, StoredJob } from '../snapshot.ts'
import {
  attemptsOf,
  deedsOf,
  faultsAround,
  membersByPid,
  nameOf,
  transitionsOf,
  type Check,
  type Evidence,
  type Violation,
} from './evidence.ts'

const check = 'attempts are not used up'

// As tasks/deed.ts has it: a retry limit of 3. It never fails more often than that.
const ALLOWANCE = 4

export const attempts: Check = (evidence) => {
  const violations: Violation[] = []
  const say = (detail: string) => void violations.push({ check, detail })
  const deeds = deedsOf(evidence)
  const transitions = transitionsOf(evidence)
  const members = membersByPid(evidence.history)
  const ended = attemptsOf(evidence)

  for (const job of evidence.snapshot.jobs) {
    const all = ended.get(job.id) ?? []
    const rerun = transitions.get(job.id)?.some(({ was, became }) => isRerun(was, became)) ?? false
    if (!rerun) allowance(job, all, say)
    for (const attempt of all) {
      const done = deeds.get(nameOf(job.id, attempt.attempt)) ?? []
      if (attempt.outcome === 'failed' && !done.some(({ deed }) => deed === 'threw'))
        say(`attempt ${attempt.attempt} at job ${job.id} failed (${attempt.code}) though its task did not`)
      if (attempt.outcome !== 'crashed' && attempt.outcome !== 'interrupted') continue
      const pid = done.find(({ deed }) => deed === 'began')?.pid
      const member = pid === undefined ? undefined : members.get(pid)
      const around = faultsOf(evidence, attempt, member)
      if (around.length === 0)
        say(
          `attempt ${attempt.attempt} at job ${job.id} was ${attempt.outcome}, and no fault was near ${member ?? 'anybody'}`,
        )
      // What a task has returned is only lost with the process that knows of it.
      else if (
        attempt.outcome === 'interrupted' &&
        done.some(({ deed }) => deed === 'returned') &&
        !around.some(({ kind, target }) => target !== undefined && ENDS_A_PROCESS.has(kind))
      )
        say(
          `attempt ${attempt.attempt} at job ${job.id} had returned, and was thrown away by ${member}, which lived on`,
        )
    }
  }
  return violations
}

const ENDS_A_PROCESS = new Set(['kill', 'kill-at-point', 'terminate', 'pause'])

function allowance(job: StoredJob, all: readonly StoredAttempt[], say: (detail: string) => void): void {
  const { id, status, failure, max_attempts } = job
  if (status === 'failed' && failure?.code !== 'no-use' && failure?.code !== 'crashed')
    say(`job ${id} failed as ${failure?.code} though an attempt was left that would have succeeded`)
  const cutOff = all.filter(({ outcome }) => outcome === 'crashed' || outcome === 'interrupted')
  // The crash that ends a job gives it no attempt more.
  const given = cutOff.length - (failure?.code === 'crashed' ? 1 : 0) - (canceledLast(all) ? 1 : 0)
  if (max_attempts !== ALLOWANCE + given)
    say(
      `job ${id} has ${max_attempts} attempts after ${cutOff.length} were cut off, instead of ${ALLOWANCE + given}`,
    )
}

/** A cancel asked for wins over a release: the attempt was cut off, and the job has ended. */
function canceledLast(all: readonly StoredAttempt[]): boolean {
  const last = all.at(-1)
  return last?.reason === 'canceled' && (last.outcome === 'crashed' || last.outcome === 'interrupted')
}

function faultsOf({ history, clockOffset }: Evidence, attempt: StoredAttempt, member: string | undefined) {
  const from = attempt.started_at * 1000 + clockOffset
  const to = attempt.ended_at * 1000 + clockOffset
  return faultsAround(history, member, from, to)
}

function isRerun(was: string | null, became: string | null): boolean {
  return (was === 'failed' || was === 'canceled') && became === 'pending'
}
