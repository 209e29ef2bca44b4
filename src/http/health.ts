/** Is it alive, is it ready, is it well: for the platform and for the operator (draft-inadarei-api-health-check-06). */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Request, Response, Router } from 'express'
import { z } from 'zod'
import type { Db } from '../store/database.ts'
import { ping, readOverview, type Overview } from '../store/overview.ts'
import { resource, strictRouter } from './resource.ts'
import { sendJson } from './send.ts'

const HEALTH_MEDIA_TYPE = 'application/health+json'

// A job that could run has waited a minute: too few workers, or none that is well.
const OLDEST_RUNNABLE_WARN_SECONDS = 60

// Without their names: nobody has to say who they are to be told this.
const OPEN_OUTPUT =
  'Calls to some hosts fail, and jobs wait for them: GET /endpoints says which; see to those hosts, or cancel the jobs'

const measurement = z.object({
  status: z.enum(['pass', 'warn', 'fail']),
  observedValue: z.number().optional(),
  observedUnit: z.string().optional(),
  output: z.string().meta({ description: 'What is wrong; absent on pass' }).optional(),
})

export const healthSchema = z
  .object({
    status: z.enum(['pass', 'warn', 'fail']),
    healthy: z.boolean().meta({ description: 'For checks that can only look at a JSON path: false on fail' }),
    checks: z.record(z.string(), z.array(measurement)).optional(),
  })
  .meta({ id: 'Health' })

type Health = z.infer<typeof healthSchema>
type Measurement = z.infer<typeof measurement>
type Checks = Record<string, Measurement[]>

export interface HealthOptions {
  readonly db: Db
  /** Aborted from the moment the process was asked to stop. */
  readonly draining: AbortSignal
}

export function healthRouter({ db, draining }: HealthOptions): Router {
  const router = strictRouter()
  const open = { mediaTypes: [] }
  // Alive means that the process answers. A database that is away is no reason to restart us.
  resource(router, '/livez', { get: (_req, res) => sendHealth(res, {}) }, open)
  resource(router, '/readyz', { get: ready }, open)
  resource(router, '/health', { get: health }, open)
  return router

  async function ready(_req: Request, res: Response): Promise<void> {
    const { check } = await askDatabase(() => ping(db))
    sendHealth(res, { 'database:responseTime': [check], ...drainingCheck() })
  }

  async function health(_req: Request, res: Response): Promise<void> {
    const { check, value } = await askDatabase(() => readOverview(db))
    sendHealth(res, {
      'database:responseTime': [check],
      ...(value ? queueChecks(value) : {}),
      ...drainingCheck(),
    })
  }

  function drainingCheck(): Checks {
    return draining.aborted
      ? { 'process:draining': [{ status: 'fail', output: 'The process is stopping' }] }
      : {}
  }
}

async function askDatabase<T>(ask: () => Promise<T>): Promise<{ check: Measurement; value?: T }> {
  const began = performance.now()
  try {
    const value = await Promise.race([ask(), silence()])
    const observedValue = Math.round(performance.now() - began)
    return { check: { status: 'pass', observedValue, observedUnit: 'ms' }, value }
  } catch {
    // The reason may name hosts and users; the log has it from whoever else needed the database.
    return { check: { status: 'fail', output: 'The database does not answer' } }
  }
}

// A database that takes this long to say anything might as well be away, and a probe that hangs tells nobody.
const PATIENCE_MS = 1500

async function silence(): Promise<never> {
  await sleep(PATIENCE_MS, undefined, { ref: false })
  throw new Error('The database is silent')
}

function queueChecks({ oldestRunnableSeconds = 0, workersAlive, running, openCircuits }: Overview): Checks {
  const late = oldestRunnableSeconds > OLDEST_RUNNABLE_WARN_SECONDS
  return {
    'queue:oldestRunnable': [
      {
        status: late ? 'warn' : 'pass',
        observedValue: Math.round(oldestRunnableSeconds),
        observedUnit: 's',
        ...(late ? { output: 'Jobs wait long: start more workers, or see why these do not take any' } : {}),
      },
    ],
    'queue:running': [{ status: 'pass', observedValue: running, observedUnit: 'jobs' }],
    'workers:alive': [
      {
        status: workersAlive > 0 ? 'pass' : 'warn',
        observedValue: workersAlive,
        observedUnit: 'processes',
        ...(workersAlive > 0 ? {} : { output: 'No worker is alive: jobs are accepted but none runs' }),
      },
    ],
    'endpoints:open': [
      {
        status: openCircuits > 0 ? 'warn' : 'pass',
        observedValue: openCircuits,
        observedUnit: 'endpoints',
        ...(openCircuits > 0 ? { output: OPEN_OUTPUT } : {}),
      },
    ],
  }
}

function sendHealth(res: Response, checks: Checks): void {
  const all = Object.values(checks).flat()
  const worst = (['fail', 'warn'] as const).find((status) => all.some((check) => check.status === status))
  const status = worst ?? 'pass'
  const body: Health = { status, healthy: status !== 'fail', ...(all.length > 0 ? { checks } : {}) }
  sendJson(res, status === 'fail' ? 503 : 200, body, HEALTH_MEDIA_TYPE)
}
