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

/** For whoever reads only the last line. */
export function conclusion(verdicts: readonly Verdict[]): string {
  const failed = verdicts.filter((verdict) => !isConformant([verdict])).length
  if (failed > 0) return `Does not conform: ${rows(failed)} of level M or S failed.`
  const skipped = verdicts.filter(({ outcome }) => outcome === 'skipped').length
  if (skipped === 0) return 'Conforms, as far as it was asked.'
  return `Conforms, as far as it was asked: ${rows(skipped)} ${skipped === 1 ? 'was' : 'were'} skipped, for want of what a profile tells.`
}

function rows(count: number): string {
  return count === 1 ? '1 row' : `${count} rows`
}

/** A choice of this contract is not another server's fault; a MUST or SHOULD is. */
export function isConformant(verdicts: readonly Verdict[]): boolean {
  return !verdicts.some(({ outcome, level }) => outcome === 'fail' && level !== 'C')
}

function areas(verdicts: readonly Verdict[]): string[] {
  const byArea = Map.groupBy(verdicts, ({ id }) => id.slice(0, 3))
  return [...byArea].map(([area, ofArea]) => `${area}: ${summary(ofArea)}`)
}
