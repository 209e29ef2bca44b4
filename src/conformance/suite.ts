/** Runs the rows against a server and says of each: pass, fail or skipped, and why. */
import { setTimeout as sleep } from 'node:timers/promises'
import { cancelRows } from './areas/can.ts'
import { conditionalRows } from './areas/con.ts'
import { docRows } from './areas/doc.ts'
import { errorRows } from './areas/err.ts'
import { healthRows } from './areas/hlt.ts'
import { idempotencyRows } from './areas/idm.ts'
import { listRows } from './areas/lst.ts'
import { pollRows } from './areas/pol.ts'
import { preferRows } from './areas/prf.ts'
import { resultRows } from './areas/res.ts'
import { safetyRows } from './areas/sec.ts'
import { eventRows } from './areas/sse.ts'
import { submissionRows } from './areas/sub.ts'
import { validationRows } from './areas/val.ts'
import { webhookRows } from './areas/whk.ts'
import { Skipped } from './expect.ts'
import type { Profile } from './profile.ts'
import type { Between } from './receiver.ts'
import type { Row } from './row.ts'
import { Target } from './target.ts'

const AREAS: readonly (readonly Row[])[] = [
  submissionRows,
  validationRows,
  idempotencyRows,
  pollRows,
  conditionalRows,
  resultRows,
  errorRows,
  cancelRows,
  preferRows,
  listRows,
  eventRows,
  healthRows,
  docRows,
  webhookRows,
  safetyRows,
]

/** Area by area, each in the order of its numbers. */
export const ROWS: readonly Row[] = AREAS.flatMap((area) => area.toSorted((a, b) => a.id.localeCompare(b.id)))

export interface Verdict {
  readonly id: string
  readonly title: string
  readonly level: Row['level']
  readonly source: string
  readonly outcome: 'pass' | 'fail' | 'skipped'
  /** Why it failed or was skipped; of a pass, what else there is to say. */
  readonly reason?: string
  readonly seconds: number
}

// Not all at the same instant: rows that hold a clock against the server would measure each other.
const STAGGER_MS = 100

/**
 * @param only ids or areas (`SUB`, `CON-02`); all rows where it is empty
 * @param between what breaks the receivers, in tests of the suite
 */
export async function runSuite(
  base: string,
  profile: Profile,
  only: readonly string[] = [],
  between: Between = {},
): Promise<Verdict[]> {
  const target = new Target(base, profile, between)
  const rows = ROWS.filter(({ id }) => only.length === 0 || only.some((wanted) => id.startsWith(wanted)))
  const at = (when: Row['when']) => rows.filter((row) => (row.when ?? 'together') === when)
  const verdicts = (await Promise.all([staggered(at('together'), target), crowds()])).flat()
  for (const when of ['alone', 'operator', 'last'] as const)
    verdicts.push(...(await inTurn(at(when), target)))
  const order = new Map(rows.map(({ id }, index) => [id, index]))
  return verdicts.toSorted((a, b) => (order.get(a.id) ?? 0) - (order.get(b.id) ?? 0))

  async function crowds(): Promise<Verdict[]> {
    await sleep(at('together').length * STAGGER_MS)
    return inTurn(at('crowd'), target)
  }
}

function staggered(rows: readonly Row[], target: Target): Promise<Verdict[]> {
  return Promise.all(
    rows.map(async (row, index) => {
      await sleep(index * STAGGER_MS)
      return judge(row, target)
    }),
  )
}

async function inTurn(rows: readonly Row[], target: Target): Promise<Verdict[]> {
  const verdicts: Verdict[] = []
  for (const row of rows) verdicts.push(await judge(row, target))
  return verdicts
}

async function judge(row: Row, target: Target): Promise<Verdict> {
  const { id, title, level, source } = row
  const began = performance.now()
  const verdict = (outcome: Verdict['outcome'], reason?: string): Verdict => ({
    id,
    title,
    level,
    source,
    outcome,
    ...(reason === undefined ? {} : { reason }),
    seconds: Math.round(performance.now() - began) / 1000,
  })
  const lacking = lackOf(row, target.profile)
  if (lacking !== undefined) return verdict('skipped', lacking)
  try {
    return verdict('pass', (await row.check(target)) ?? undefined)
  } catch (error) {
    if (error instanceof Skipped) return verdict('skipped', error.message)
    return verdict('fail', error instanceof Error ? error.message : String(error))
  }
}

function lackOf({ needs = {} }: Row, profile: Profile): string | undefined {
  const { fixtures, features, auth, operator, strict } = profile
  const { feature, twoCallers } = needs
  const fixture = needs.fixtures?.find((name) => fixtures[name] === undefined)
  const step = needs.operator?.find((name) => operator[name] === undefined)
  if (feature !== undefined && !features.includes(feature))
    return `the profile does not name the feature "${feature}"`
  if (fixture !== undefined) return `the profile has no fixture "${fixture}"`
  if (twoCallers && auth.b === undefined) return 'the profile has only one caller'
  if (step !== undefined) return `the profile has no operator step "${step}"`
  if (needs.strict && strict === undefined)
    return 'the profile names no server that may call the public internet only'
  return undefined
}
