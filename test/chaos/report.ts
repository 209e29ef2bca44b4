/** What a run says at its end: counts, figures, violations, verdict. */
import { figuresOf } from './bars.ts'
import type { Evidence, Violation } from './checks/evidence.ts'

// Of one kind; what went wrong once mostly went wrong often.
const SHOWN = 5

export function reportOf(evidence: Evidence, violations: readonly Violation[]): string {
  return [
    ...countsOf(evidence),
    ...figuresOf(evidence),
    ...violationsOf(violations),
    verdictOf(violations),
  ].join('\n')
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

function verdictOf(violations: readonly Violation[]): string {
  return violations.length === 0 ? 'chaos: passed' : `chaos: failed, ${violations.length} violations`
}

function counted(values: readonly string[]): string {
  return [...Map.groupBy(values, (value) => value)]
    .toSorted(([, a], [, b]) => b.length - a.length)
    .map(([value, { length }]) => `${length} ${value}`)
    .join(', ')
}
