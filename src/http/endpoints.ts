/** Whom a caller's jobs call: how that goes, and whether any are kept waiting for it. */
import type { Request, Response, Router } from 'express'
import { z } from 'zod'
import { CIRCUIT_STATES } from '../job/circuit.ts'
import { listEndpoints, MOST_STATUSES, MOST_WAITING, type ListedEndpoint } from '../store/endpoint-list.ts'
import type { HttpContext } from './context.ts'
import { principalOf } from './principal.ts'
import { noParameters, queryOf } from './query.ts'
import { time } from './representation.ts'
import { resource, strictRouter } from './resource.ts'
import { sendJson } from './send.ts'

const count = z.int().min(0)
const ms = z.number().min(0)

export const endpointSchema = z
  .object({
    origin: z.string().meta({ description: 'Scheme, host and port' }),
    state: z.enum(CIRCUIT_STATES).meta({
      description:
        '`closed`: it is called. `open`: too many calls failed, and its jobs wait, with no attempt used up. `half-open`: one of them is to try',
    }),
    openedAt: time.meta({ description: 'Since when it is not closed; absent where it is' }).optional(),
    nextProbeAt: time.meta({ description: 'When one is to try; only while open' }).optional(),
    calls: count.meta({
      description: 'Calls of the last minute, of all callers; of the last hundred at most',
    }),
    failures: count.meta({
      description: 'Those of them that had no answer, or one that says it is not well',
    }),
    failureShare: z
      .number()
      .min(0)
      .max(1)
      .meta({ description: 'What part of the calls that is; 0 without any' }),
    lastStatuses: z.array(count).max(MOST_STATUSES).meta({ description: 'Newest first; 0: no answer came' }),
    p50Ms: ms.meta({ description: 'Half of the last hundred calls took no longer' }).optional(),
    p95Ms: ms.optional(),
    waiting: count.max(MOST_WAITING).meta({
      description: `Your jobs that are due, and wait to call it or for a worker; those beyond ${MOST_WAITING} are not counted`,
    }),
    calling: count.meta({ description: 'Your jobs that call it just now' }),
  })
  .meta({ id: 'Endpoint', description: 'Somebody whom jobs call' })

export type EndpointDocument = z.infer<typeof endpointSchema>

export function endpointsRouter({ deps, authenticate }: HttpContext): Router {
  const router = strictRouter()
  resource(router, '/endpoints', { get: list }, { before: [authenticate] })
  return router

  async function list(req: Request, res: Response): Promise<void> {
    queryOf(noParameters, req)
    const found = await listEndpoints(deps.db, principalOf(res))
    res.set('Cache-Control', 'private, no-cache')
    sendJson(res, 200, { items: found.map(endpointDocument) })
  }
}

function endpointDocument(endpoint: ListedEndpoint): EndpointDocument {
  const { origin, state, openedAt, nextProbeAt, calls, failures, lastStatuses, p50Ms, p95Ms } = endpoint
  return {
    origin,
    state,
    ...(openedAt === null ? {} : { openedAt: openedAt.toISOString() }),
    ...(nextProbeAt === null ? {} : { nextProbeAt: nextProbeAt.toISOString() }),
    calls,
    failures,
    failureShare: calls === 0 ? 0 : Math.round((failures / calls) * 1000) / 1000,
    lastStatuses: [...lastStatuses],
    ...(p50Ms === null ? {} : { p50Ms: Math.round(p50Ms * 10) / 10 }),
    ...(p95Ms === null ? {} : { p95Ms: Math.round(p95Ms * 10) / 10 }),
    waiting: endpoint.waiting,
    calling: endpoint.calling,
  }
}
