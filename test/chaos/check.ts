/** The checker: whether what happened is what was promised. */
import { accepted } from './checks/accepted.ts'
import { answers } from './checks/answers.ts'
import { attempts } from './checks/attempts.ts'
import { deeds } from './checks/deeds.ts'
import { ends } from './checks/ends.ts'
import type { Check, Evidence, Violation } from './checks/evidence.ts'
import { fence } from './checks/fence.ts'
import { keys } from './checks/keys.ts'
import { agreement, processes } from './checks/processes.ts'

const CHECKS: readonly Check[] = [accepted, keys, ends, fence, attempts, deeds, answers, processes, agreement]

export function checkRun(evidence: Evidence): Violation[] {
  return CHECKS.flatMap((check) => check(evidence))
}
