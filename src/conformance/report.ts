/** The verdicts as a table for people. */
import type { Verdict } from './suite.ts'

const MARKS = { pass: 'pass', fail: 'FAIL', skipped: 'skip' } as const

export function table(verdicts: readonly Verdict[]): string {
  const lines = verdicts.map(({ id, level, outcome, title, reason }) => {
    const said = reason === undefined ? '' : `\n        ${outcome === 'pass' ? '' : `${outcome}: `}${reason}`
    return `${id}  ${level}  ${MARKS[outcome]}  ${title}${said}`
  })
  return [...lines, '', ...areas(verdicts), '', summary(verdicts)].join('\n')
}

export function summary(verdicts: readonly Verdict[]): string {
  const count = (outcome: Verdict['outcome']) =>
    verdicts.filter((verdict) => verdict.outcome === outcome).length
  return `${count('pass')} passed, ${count('fail')} failed, ${count('skipped')} skipped`
}

/** A choice of this contract is not another server's fault; a MUST or SHOULD is. */
export function isConformant(verdicts: readonly Verdict[]): boolean {
  return !verdicts.some(({ outcome, level }) => outcome === 'fail' && level !== 'C')
}

function areas(verdicts: readonly Verdict[]): string[] {
  const byArea = Map.groupBy(verdicts, ({ id }) => id.slice(0, 3))
  return [...byArea].map(([area, rows]) => `${area}: ${summary(rows)}`)
}
