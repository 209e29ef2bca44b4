/** What a run says at its end: counts, figures, violations, verdict. */
import { barsOf, isMet, lineOf } from './bars.ts'
import type { Evidence, Violation } from './checks/evidence.ts'

// Of one kind; what went wrong once mostly went wrong often.
const SHOWN = 5

export interface Report {
  readonly text: string
  readonly passed: boolean
}

/** @param withBars whether a bar that is missed makes a run fail; a machine that is busy with other things misses them */
export function reportOf(evidence: Evidence, violations: readonly Violation[], withBars: boolean): Report {
  const bars = barsOf(evidence)
  const missed = withBars ? bars.filter((bar) => !isMet(bar)).length : 0
  const passed = violations.length === 0 && missed === 0
  const verdict = passed
    ? 'chaos: passed'
    : `chaos: failed, ${violations.length} violations, ${missed} bars missed`
  const lines = [...countsOf(evidence), ...bars.map(lineOf), ...violationsOf(violations), verdict]
  return { text: lines.join('\n'), passed }
}

function countsOf({ history, snapshot }: Evidence): string[] {
  const submissions = history.asked.filter(({ kind }) => kind === 'submit')
  const accepted = submissions.filter(({ status }) => status === 202)
  return [
    `requests: ${history.asked.length}, of which ${submissions.length} submissions, ${accepted.length} accepted`,
    `answers: ${counted(history.asked.map(({ status }) => String(status ?? 'none')))}`,
    `jobs: ${counted(snapshot.jobs.map(({ status }) => status))}`,
    `attempts: ${counted(snapshot.attempts.map(({ outcome }) => outcome))}`,
    `quarantined: ${snapshot.jobs.filter(({ failure }) => failure?.code === 'crashed').length}`,
    `faults: ${history.faults.length}: ${counted(history.faults.map(({ kind }) => kind))}`,
  ]
}

function violationsOf(violations: readonly Violation[]): string[] {
  return [...Map.groupBy(violations, ({ check }) => check)].flatMap(([check, some]) => [
    `${check}: ${some.length} violations`,
    ...some.slice(0, SHOWN).map(({ detail }) => `  ${detail}`),
  ])
}

function counted(values: readonly string[]): string {
  return [...Map.groupBy(values, (value) => value)]
    .toSorted(([, a], [, b]) => b.length - a.length)
    .map(([value, { length }]) => `${length} ${value}`)
    .join(', ')
}
